"""The proofs of a folder that share a stack are run by one worker, all others file by file."""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

_ONE_STACK = ("tests/proofs/deployed", "tests/proofs/services")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give a worker a file, or a folder whose tests share a stack: no second one is started."""
    if config.getvalue("dist") != "loadfile":
        return None
    scheduler = LoadFileScheduling(config, log)
    scheduler._split_scope = _unit_of
    return scheduler


def _unit_of(test: str) -> str:
    file = test.partition("::")[0]
    folder = file.rpartition("/")[0]
    return folder if folder in _ONE_STACK else file
