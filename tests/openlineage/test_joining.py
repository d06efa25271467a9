"""Documents are joined alike in any order, also where values are equal in Python and not in JSON."""

from __future__ import annotations

from itertools import permutations

import pytest

from catalog_graph.openlineage.batch import batch_of
from catalog_graph.openlineage.documents import joined
from tests.openlineage.events import dataset, event


@pytest.mark.parametrize(
    "leaves",
    [[[1, 1], [1, 1.0], [1, True]], [[1, "a"], [1, "b"], [1, None]], [[1, {"a": 1}], [1, {"a": 1.0}], [0, "z"]]],
)
def test_the_order_of_leaves_does_not_matter(leaves: list[list[object]]) -> None:
    results = set()
    for first, second, third in permutations(leaves):
        results.add(repr(joined(joined({"x": first}, {"x": second}), {"x": third})))
    assert len(results) == 1


def test_a_facet_that_comes_again_is_read_as_the_first_time() -> None:
    """Those that cannot be read are refused each time, and their neighbours are taken."""
    good = {"_producer": "p", "fields": [{"name": "id", "type": "int"}]}
    odd = {"fields": [{"name": "id", "type": float("nan")}]}
    events = [event("COMPLETE", f"r{n}", n, [], [dataset("t", schema=good, ownership=odd)]) for n in range(3)]
    batch = batch_of(events)
    assert [(each["what"], each["times"]) for each in batch.report.left_out] == [("facet ownership of outputs", 3)]
    for n in range(3):
        [stated] = batch.documents[f"run,r{n}"]["outputs"].values()
        assert stated["schema"][1] == {"fields": good["fields"]}
