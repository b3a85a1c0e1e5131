"""People see words, never codes: everything that a page may name has a label."""

import json
from typing import Any, get_args

from services.desk.acts import OFFICE
from services.desk.office import labels, timeline
from services.desk.office.labels import Names
from services.desk.project import Happening, RequestFact, happening
from services.desk.work.items import KINDS
from shared.catalog.catalog import Catalog
from shared.contracts.codes import STATUSES
from shared.contracts.event import Event
from shared.contracts.inbound import SETTLEMENTS
from shared.contracts.notifications import MailEvent, Notice
from shared.contracts.reference import CLOCKS, StaffRole
from shared.mail.templates import TEMPLATES
from tests.examples.streams import EventStream

NAMES = Names(Catalog())


def kinds(union: object) -> set[str]:
    """Return the short names of the types of a union of events."""
    found: set[str] = set()
    for each in get_args(union):
        if get_args(each) and not isinstance(each, type):
            found |= kinds(each)
        elif isinstance(each, type) and issubclass(each, Event):
            (kind,) = get_args(each.model_fields["type"].annotation)
            found.add(kind.split(".")[3])
    return found


def happened(stream: EventStream) -> timeline.Happened:
    events: list[Any] = [event for _, event in stream.events]  # all are about a request
    rows = [happening(event, office=OFFICE) for event in events]
    return [(row, loaded(row)) for row in rows]


def loaded(row: Happening) -> dict[str, object]:
    data: dict[str, object] = json.loads(row.data)
    return data


def test_every_code_that_a_page_may_show_has_words() -> None:
    assert set(labels.KINDS) == set(KINDS)
    assert set(labels.STATUSES) >= set(STATUSES)
    assert set(labels.CLOCKS) == set(CLOCKS)
    assert set(labels.ROLES) == set(get_args(StaffRole))
    assert set(labels.HAPPENINGS) >= kinds(RequestFact)
    assert set(labels.CHANNELS) >= set(get_args(Notice.model_fields["channel"].annotation))
    about_mails = kinds(MailEvent) - {
        "address_state_changed", "notice_settled", "notice_undelivered", "participant_reachable",
        "participant_unreachable",
    }  # fmt: skip
    mails = {kind.removeprefix("notice_") for kind in about_mails}
    assert set(labels.MAIL_OUTCOMES) >= mails | set(SETTLEMENTS)
    assert set(labels.MAILS) == {template.id for template in TEMPLATES.values()}


def test_the_timeline_says_what_happened_in_words_the_latest_first() -> None:
    stream = EventStream(1)
    stream.accepted()
    stream.offered()
    stream.declined("timing")

    latest, offer, first = timeline.entries(happened(stream), NAMES)

    assert first.what == "The request came in"
    assert offer.what == "The request was offered to a provider"
    assert offer.due_at is not None
    assert latest.details == ["Provider: iacp", "Reason: The dates do not suit the provider."]


def test_what_is_awaited_ends_with_the_status() -> None:
    stream = EventStream(1)
    offer = stream.offered()
    assert timeline.running_clock(happened(stream)) == timeline.RunningClock(
        "the provider's answer", offer.data.expires_at
    )

    stream.declined()

    assert timeline.running_clock(happened(stream)) is None


def test_work_is_under_way_until_it_ends() -> None:
    stream = EventStream(1)
    stream.offered()
    assert timeline.open_engagement(happened(stream)) is None
    engaged = stream.engaged()
    stream.progressed("on_site")
    assert timeline.open_engagement(happened(stream)) == engaged.data.engagement_id

    stream.ended()

    assert timeline.open_engagement(happened(stream)) is None


def test_what_only_the_caller_says_is_claimed_until_a_person_has_made_sure() -> None:
    stream = EventStream(1)
    stream.accepted(authority={"basis": "claimed", "on": "2026-03-02"})
    stream.referred("no_ori")
    assert timeline.is_claimed(happened(stream))

    stream.directed("confirm_authority", basis="call_back")
    stream.referred("no_ori")
    stream.amended(authority={"basis": "claimed", "on": "2026-03-02"})

    assert not timeline.is_claimed(happened(stream))


def test_what_was_known_or_never_asked_is_not_claimed() -> None:
    known, own = EventStream(1), EventStream(2)
    known.accepted(authority={"basis": "letter_seen", "on": "2026-03-02"})
    own.accepted()

    assert not timeline.is_claimed(happened(known))
    assert not timeline.is_claimed(happened(own))
