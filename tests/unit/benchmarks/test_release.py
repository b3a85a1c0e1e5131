"""The release that `make bench` compares with can be found by its version."""

import re

import pytest

from deploy.local.released import PREVIOUS, commit_of
from deploy.stack.failure import StackFailed


def test_the_release_has_its_commit_in_the_changelog() -> None:
    assert re.fullmatch("[0-9a-f]{7,40}", commit_of(PREVIOUS))


def test_a_version_without_a_commit_is_refused_by_name() -> None:
    with pytest.raises(StackFailed, match=r"names no commit of version 9\.9\.9"):
        commit_of("9.9.9")
