"""The password of an embedded Neo4j: generated once, kept in a file that only its user can read."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from catalog_graph.errors import ConfigurationError

USERNAME = "neo4j"
PASSWORD_FILE = "password"  # noqa: S105 - a file's name

_ITERATIONS = 1024


def ensure_password(home: Path) -> str:
    """Return the password kept in `home`; before Neo4j's first start, generate it and set it as the initial password.

    Raises `ConfigurationError` if there is data but no password for it.
    """
    path = home / PASSWORD_FILE
    try:
        password = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        password = ""
    if not password:
        if has_data(home):
            raise ConfigurationError(
                f"The data in {home} is protected by a password that used to be in {path}, but that file is missing: "
                "restore it from a backup, or move the folder away to start with an empty catalog."
            )
        password = secrets.token_urlsafe(24)
        _write_private(path, password + "\n")
    if not has_data(home):
        _set_initial_password(home, password)
    return password


def has_data(home: Path) -> bool:
    """Return True if a Neo4j has run in `home`: its system database then holds the password."""
    return (home / "data" / "databases" / "system").exists()


def _set_initial_password(home: Path, password: str) -> None:
    """Write `auth.ini` as `neo4j-admin dbms set-initial-password` does, which takes two seconds as a Java program.

    Neo4j reads the file when it creates its system database: SHA-256 of salt and password, hashed 1024 times.
    """
    salt = secrets.token_bytes(32)
    digest = hashlib.sha256(salt + password.encode()).digest()
    for _ in range(_ITERATIONS - 1):
        digest = hashlib.sha256(digest).digest()
    folder = home / "data" / "dbms"
    folder.mkdir(parents=True, exist_ok=True)
    line = f"{USERNAME}:SHA-256,{digest.hex().upper()},{salt.hex().upper()},{_ITERATIONS}:\n"
    _write_private(folder / "auth.ini", line)


def _write_private(path: Path, text: str) -> None:
    """Write a file with mode 0600, atomically."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
