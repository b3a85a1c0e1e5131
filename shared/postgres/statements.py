"""Reads a package's SQL files."""

from collections.abc import Mapping
from importlib import resources


def load_statements(package: str | None) -> Mapping[str, str]:
    """Return file stem → text of every ``sql/*.sql`` file of *package*."""
    assert package is not None
    folder = resources.files(package) / "sql"
    return {
        file.name.removesuffix(".sql"): file.read_text(encoding="utf-8")
        for file in folder.iterdir()
        if file.name.endswith(".sql")
    }
