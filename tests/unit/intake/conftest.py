import pytest

from tests.examples.intake import Intake


@pytest.fixture
def intake() -> Intake:
    """Intake with one request."""
    made = Intake()
    made.send("request.submit")
    return made
