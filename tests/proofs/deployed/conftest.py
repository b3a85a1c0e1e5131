"""Everything that is deployed, once for all tests here: each acts on requests of its own."""

from collections.abc import Iterator

import pytest

from deploy.local.stack import Stack
from shared.contracts.services import DEPLOYABLES
from tests.proofs.introduced import introduced


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The services and both desks, with mail and everybody introduced."""
    with introduced(DEPLOYABLES, mail=True) as stack:
        yield stack
