"""`continuum provision`: its exit status, and what it needs."""

from pathlib import Path
from typing import Any

import pytest

import continuum.__main__ as command_line
from continuum import provision


@pytest.mark.parametrize("status", [0, 2])
def test_the_exit_status_is_that_of_the_plan(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    def run(*_: Any, **how: Any) -> tuple[list[str], int]:
        assert how == {"apply": False, "prune": False, "rotate": None}
        return ["a line"], status

    monkeypatch.setattr(provision, "run", run)

    with pytest.raises(SystemExit) as ended:
        command_line.main(["provision", "--plan"])

    assert ended.value.code == status


def test_to_plan_and_prune_at_once_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.main(["provision", "--plan", "--prune"])

    assert ended.value.code == 2
    assert "--prune needs --apply" in capsys.readouterr().err


def test_a_file_without_the_administrator_is_refused_with_what_it_needs(tmp_path: Path) -> None:
    file = tmp_path / "connection.json"
    file.write_text('{"bootstrap_servers": []}')

    with pytest.raises(SystemExit, match="it needs bootstrap_servers, security, administrator"):
        command_line.main(["provision", "--plan", "--connection", str(file)])
