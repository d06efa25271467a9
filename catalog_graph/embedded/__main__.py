"""Runs one Neo4j in the foreground: `python -m catalog_graph.embedded DATA_DIR` (or `--temporary`).

When it is ready, one line of JSON with `uri`, `username`, `password` and `pid` comes on standard output. It stops
at SIGTERM, SIGINT or SIGHUP, and when its standard input, if that is a pipe or a terminal, is closed.
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
    """Runs until it is told to stop; 1 if Neo4j cannot be had, with the reason on standard error."""
    options = _parser().parse_args()
    if sum((options.data_dir is not None, options.temporary, options.fetch_only)) != 1:
        _parser().error("give a data folder, --temporary or --fetch-only")
    wish_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: wish_to_stop.set())
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
            _watch_stdin(wish_to_stop)
            wish_to_stop.wait()
    except ConfigurationError as error:
        sys.stderr.write(error.message + "\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m catalog_graph.embedded", description="A Neo4j in the foreground.")
    parser.add_argument("data_dir", nargs="?", type=Path, help="where its data, logs and password are kept")
    parser.add_argument("--temporary", action="store_true", help="keep nothing: a folder that goes when it stops")
    parser.add_argument("--fetch-only", action="store_true", help="fetch what Neo4j needs, for a later start offline")
    parser.add_argument("--port", type=int, help="the Bolt port (default: that of the last run, or any free one)")
    parser.add_argument("--heap", default="512m", help="Java heap (default: %(default)s)")
    parser.add_argument("--page-cache", default="256m", help="cache of the data files (default: %(default)s)")
    return parser


def _watch_stdin(wish_to_stop: threading.Event) -> None:
    """A closed pipe tells that the parent is gone. A standard input such as /dev/null is always at its end: ignored."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(0)):
        return

    def watch() -> None:
        while os.read(0, 4096):
            pass
        wish_to_stop.set()

    threading.Thread(target=watch, daemon=True, name="stdin").start()


if __name__ == "__main__":
    sys.exit(main())
