"""A worker runs a file, or a folder whose proofs share a stack; the longest begin first."""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

_ONE_STACK = ("tests/proofs/deployed", "tests/proofs/services")
LONGEST = (
    "tests/proofs/test_demo_kill.py",
    "tests/proofs/test_drills.py",
    "tests/proofs/test_chaos_smoke.py",
    "tests/proofs/deployed",
    "tests/proofs/stack/test_ends.py",
    "tests/proofs/test_examples.py",
)
"""What takes minutes, and begins first: if it came last, the other workers would wait for it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the proofs: those that take longest come first."""
    places = {unit: place for place, unit in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(_unit_of(item.nodeid), len(places)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give a worker a file, or a folder whose tests share a stack: no second one is started."""
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False  # it would put files with many proofs first
    scheduler = LoadFileScheduling(config, log)
    scheduler._split_scope = _unit_of
    return scheduler


def _unit_of(test: str) -> str:
    file = test.partition("::")[0]
    folder = file.rpartition("/")[0]
    return folder if folder in _ONE_STACK else file
