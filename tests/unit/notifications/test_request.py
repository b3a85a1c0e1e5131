"""What a request asks for is stored as the JSON that its events have."""

from datetime import date

import pytest

from services.notifications.audiences.request import Asked
from shared.contracts.intake import Window
from shared.contracts.routing import AskedFacts


@pytest.mark.parametrize("from_", [None, date(2026, 10, 1)])
@pytest.mark.parametrize("until", [None, date(2027, 1, 31)])
def test_what_is_asked_is_stored_as_its_event_states_it(
    from_: date | None, until: date | None
) -> None:
    asked = Asked(("traffic_stops", "other"), (), Window(from_=from_, until=until))

    assert Asked.of(AskedFacts.model_validate_json(asked.encode())) == asked
    assert Asked.decode(asked.encode()) == asked


def test_what_an_event_states_can_be_read_from_a_row() -> None:
    stated = AskedFacts(topics=["gangs"], service_forms=["training"], wished=Window())

    assert Asked.decode(stated.encode().decode()) == Asked.of(stated)
