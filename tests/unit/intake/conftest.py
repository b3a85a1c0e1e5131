import pytest

from tests.examples.door import Door


@pytest.fixture
def door() -> Door:
    """A door that has one request."""
    opened = Door()
    opened.say("request.submit")
    return opened
