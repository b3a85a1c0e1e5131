"""The table of audiences uses every message type, each for its own audience."""

from typing import Any, get_args

import pytest

from services.notifications.audiences import contacts
from services.notifications.audiences.audience import To, offices, provider
from services.notifications.audiences.table import InputEvent, rows_of
from shared.contracts.outbound import TYPES

FACTS: tuple[Any, ...] = get_args(InputEvent)
ROWS = [row for fact in FACTS for row in rows_of(fact.model_construct()) if isinstance(row, To)]


def test_every_message_but_the_heartbeat_has_a_row_and_every_row_a_type() -> None:
    assert {row.message for row in ROWS} == TYPES.keys() - {"heartbeat"}


def test_messages_with_free_text_or_contacts_are_restricted() -> None:
    restricted = {
        "case_told",
        "contact_changed",
        "engagement_changed",
        "engagement_opened",
        "note_stated",
        "report_told",
    }

    assert {row.message for row in ROWS if row.restricted} == restricted
    assert {row.message for row in ROWS if not row.restricted}.isdisjoint(restricted)


@pytest.mark.parametrize(
    ("message", "audience"),
    [
        ("offer_made", provider),
        ("offer_lapsed", provider),
        ("offer_withdrawn", provider),
        ("offer_changed", provider),
        ("engagement_opened", provider),
        ("engagement_changed", provider),
        ("contact_changed", contacts.working),
        ("referral_made", offices),
    ],
)
def test_a_message_for_one_kind_of_participant_goes_to_no_other(
    message: str, audience: object
) -> None:
    assert {row.audience for row in ROWS if row.message == message} == {audience}
