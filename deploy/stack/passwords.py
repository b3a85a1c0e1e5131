"""Passwords of the embedded stack: random, one file each, readable by the owner alone."""

import os
import secrets
from pathlib import Path


def password(folder: Path, name: str) -> str:
    """Return the password in ``folder/name``, generated at first use."""
    file = folder / name
    if file.exists():
        return file.read_text()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = secrets.token_urlsafe(24)
    write_private(file, made)
    return made


def write_private(file: Path, text: str) -> None:
    """Write a file atomically, readable by its owner only."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.getpid()}")
    with open(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as output:
        output.write(text)
    part.rename(file)
