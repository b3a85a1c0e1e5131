"""Error messages of the command line."""

from pathlib import Path

import pytest

from continuum.__main__ import main
from continuum.access import Access, NotPossible


def test_a_missing_connection_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotPossible, match="make up"):
        Access.read(tmp_path / "connection.json")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"operator": {"dsns": 1}}'])
def test_another_file_is_recognized_as_no_connection_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "connection.json"
    file.write_text(text)

    with pytest.raises(NotPossible, match="not a connection file"):
        Access.read(file)


@pytest.mark.parametrize("number", ["CRI-2026-000042-K0", "hello", "CRI-2026-000042-?"])
def test_a_mistyped_tracking_number_is_distinguished_from_an_unknown_one(
    tmp_path: Path, number: str
) -> None:
    file = tmp_path / "connection.json"
    file.write_text('{"operator": {"dsns": {}}}')

    with pytest.raises(SystemExit, match="is no tracking number"):
        main(["why", number, "--connection", str(file)])
