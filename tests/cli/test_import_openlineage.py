"""`catalog-graph import openlineage`: files of events."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.openlineage.events import event, run_events


def test_files_of_events(run: Run, tmp_path: Path) -> None:
    events = run_events("r1", 1, 2, ["raw"], ["orders"])
    lines, array = tmp_path / "events.ndjson", tmp_path / "events.json"
    lines.write_text("".join(json.dumps(each) + "\n" for each in events))
    array.write_text(json.dumps([*run_events("r2", 3, 4, ["orders"], ["sums"]), {"eventType": "START"}]))
    result = run("import", "openlineage", str(array), str(lines))
    assert result.out == "4 of 5 events taken, 3 artifacts registered or changed.\n"
    assert "Refused: event 2: eventTime is missing" in result.err
    again = run("import", "openlineage", str(lines))
    assert again.out == "2 of 2 events taken, 0 artifacts registered or changed.\n"
    tree = run("upstream", "sums").out.splitlines()
    assert [line.split("(")[0].strip("└─ ") for line in tree] == ["sums", "orders", "raw"]
    assert run("import", "openlineage", str(array), "--strict").status == 1
    one = tmp_path / "one.json"
    one.write_text(json.dumps(event("COMPLETE", "r3", 5, [], ["x"])))
    assert "1 of 1 events taken" in run("import", "openlineage", str(one)).out
    one.write_text('{"a": 1}\n{"b": \n')
    broken = run("import", "openlineage", str(one))
    assert (broken.status, f"{one}, line 2: not JSON" in broken.err) == (2, True)
