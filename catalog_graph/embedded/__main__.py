"""One Neo4j in the foreground: `python -m catalog_graph.embedded DATA_DIR` (or `--temporary`).

When it is ready, it writes one line of JSON to standard output: `uri`, `username`, `password` and `pid`. It stops
at SIGTERM, SIGINT or SIGHUP, and when its standard input is closed, if that is a pipe, a socket or a terminal.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import stat
import sys
import threading
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from catalog_graph.errors import ConfigurationError

from . import EmbeddedNeo4j, temporary_data_dir
from .cache import ensure_jars


def main() -> int:
    """Run Neo4j until asked to stop; return 1, with the reason on standard error, if it cannot be started."""
    options = _parser().parse_args()
    if sum((options.data_dir is not None, options.temporary, options.fetch_only)) != 1:
        _parser().error("give exactly one of DATA_DIR, --temporary and --fetch-only")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    try:
        if options.fetch_only:
            ensure_jars()
            return 0
        with ExitStack() as stack:
            folder = stack.enter_context(temporary_data_dir()) if options.temporary else options.data_dir
            neo4j = EmbeddedNeo4j(
                folder,
                heap=options.heap,
                page_cache=options.page_cache,
                bolt_port=options.port,
                for_tests=options.temporary,
            )
            stack.enter_context(neo4j)
            sys.stdout.write(json.dumps(asdict(neo4j.connection) | {"pid": neo4j.pid}) + "\n")
            sys.stdout.flush()
            _watch_stdin(stop)
            stop.wait()
    except ConfigurationError as error:
        sys.stderr.write(error.message + "\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m catalog_graph.embedded", description="Run Neo4j in the foreground."
    )
    parser.add_argument("data_dir", nargs="?", type=Path, help="folder for data, logs and the password")
    parser.add_argument("--temporary", action="store_true", help="use a folder that is removed when Neo4j stops")
    parser.add_argument("--fetch-only", action="store_true", help="fetch Neo4j's files for a later start offline")
    parser.add_argument("--port", type=int, help="Bolt port (default: that of the last run, or any free one)")
    parser.add_argument("--heap", default="512m", help="maximum Java heap (default: %(default)s)")
    parser.add_argument("--page-cache", default="256m", help="cache of the data files (default: %(default)s)")
    return parser


def _watch_stdin(stop: threading.Event) -> None:
    """Set `stop` when standard input is closed, since the parent process is gone then.

    An input of another kind, such as /dev/null, is always at its end and therefore ignored.
    """
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(0)):
        return

    def watch() -> None:
        while os.read(0, 4096):
            pass
        stop.set()

    threading.Thread(target=watch, daemon=True, name="stdin").start()


if __name__ == "__main__":
    sys.exit(main())
