import pytest

from shared.contracts.intake import CONFIDENTIAL_TOPIC
from tests.examples.inbound import AGENCY
from tests.examples.intake import Intake


@pytest.fixture
def intake() -> Intake:
    """Intake with one request, whose contact was set before."""
    made = Intake()
    made.batch.numbers[CONFIDENTIAL_TOPIC, f"contact:{AGENCY}:c-1"] = 1
    made.send("request.submit")
    return made
