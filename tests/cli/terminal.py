"""Commands on a terminal, which has a width, and on which a command can ask for confirmation."""

from __future__ import annotations

import os
import pty
import struct
import subprocess
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

from tests.server.command import COMMAND, environment


def on_terminal(*arguments: str, folder: Path, typed: str = "", columns: int = 80, **variables: str) -> tuple[int, str]:
    """Run a command and return its status and its screen."""
    ours, theirs = pty.openpty()
    ioctl(theirs, TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    settings = environment(TERM="xterm", **variables)
    for name in ("CI", "COLUMNS", "NO_COLOR"):
        if name not in variables:
            settings.pop(name, None)
    process = subprocess.Popen(
        [COMMAND, *arguments], cwd=folder, env=settings, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    screen = b""
    while True:
        try:
            screen += os.read(ours, 65536)
        except OSError:  # the other side is closed
            break
    os.close(ours)
    return process.wait(60), screen.decode().replace("\r\n", "\n")
