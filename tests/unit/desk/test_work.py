"""Which items of work an event opens and closes."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from services.desk.handlers import Batch
from services.desk.work import mails, notices, requests
from services.desk.work.items import KINDS, Changes, Settling, WorkItem
from shared.contracts import routing
from shared.contracts.event import Event
from tests.examples.mails import MailStream, called, notice_decided, reach, undelivered
from tests.examples.streams import START, EventStream


class List:
    """The work list of one request, as events change it."""

    def __init__(self) -> None:
        self.open: dict[str, WorkItem] = {}
        self.status: str | None = None

    def take(self, events: Iterable[tuple[str, Event]]) -> "List":
        for topic, event in events:
            if topic != routing.TOPIC:
                continue
            data: Any = event.data  # type: ignore[attr-defined]  # every event has data
            changes = requests.changes_of(
                event, request_id=data.request_id, status=data.status, before=self.status
            )
            self.status = data.status
            self.apply(changes)
        return self

    def apply(self, changes: Changes) -> None:
        for closing in changes.closed:
            assert not isinstance(closing, Settling)
            for item in list(self.open.values()):
                if item.kind in closing.kinds:
                    del self.open[item.item_id]
        self.open |= {item.item_id: item for item in changes.opened}

    @property
    def kinds(self) -> list[str]:
        return [item.kind for item in self.open.values()]


def test_a_referred_request_waits_for_the_office_until_it_is_directed() -> None:
    stream = EventStream(1)
    due_at = START + timedelta(days=2)
    stream.referred("no_ori", due_at=due_at)

    listed = List().take(stream.events)

    (item,) = listed.open.values()
    assert (item.kind, item.due_at, item.participant) == ("referred", due_at, "ca-post")
    assert item.why == "The agency named no ORI, so no rule may place the request."
    assert item.otherwise

    stream.offered()
    assert List().take(stream.events).kinds == []


def test_a_reason_of_a_later_release_is_told_in_the_decisions_words() -> None:
    stream = EventStream(1)
    stream.referred("moon_phase")

    (item,) = List().take(stream.events).open.values()

    assert item.why == "First by score."


def test_a_counteroffer_is_an_item_of_its_own_kind() -> None:
    stream = EventStream(1)
    stream.offered()
    stream.referred("countered", provider="iacp")

    (item,) = List().take(stream.events).open.values()

    assert (item.kind, item.participant) == ("counter", "iacp")


def test_a_request_referred_again_is_one_item() -> None:
    stream = EventStream(1)
    stream.referred("no_ori")
    again = stream.referred("no_candidate")

    (item,) = List().take(stream.events).open.values()

    assert item.number == again.number


def test_a_wait_is_on_the_list_after_thirty_days_whatever_it_waits_for_meanwhile() -> None:
    stream = EventStream(1)
    first = stream.waitlisted("program_not_open")
    stream.waitlisted("no_capacity")

    (item,) = List().take(stream.events).open.values()

    assert (item.kind, item.opened_at) == ("waits_long", first.time + timedelta(days=30))


def test_a_wait_that_ends_leaves_the_list() -> None:
    stream = EventStream(1)
    stream.waitlisted()
    stream.offered()

    assert List().take(stream.events).kinds == []


def test_silence_is_late_until_progress_is_reported() -> None:
    stream = EventStream(1)
    stream.engaged()
    stream.clock_missed("assigned", "engagement_silence")

    (item,) = List().take(stream.events).open.values()

    assert (item.kind, item.about) == ("late", "engagement_silence")
    stream.progressed("kick_off")
    assert List().take(stream.events).kinds == []


def test_a_miss_announced_again_is_the_same_item() -> None:
    stream = EventStream(1)
    missed = stream.clock_missed("in_delivery", "engagement_silence")
    stream.clock_still_missed(missed)

    listed = List().take(stream.events)

    assert listed.kinds == ["late"]


def test_a_settled_clock_leaves_the_list_and_comes_back_when_it_is_announced_again() -> None:
    stream = EventStream(1)
    missed = stream.clock_missed("in_delivery", "engagement_silence")
    stream.clock_settled(missed)

    assert List().take(stream.events).kinds == []

    stream.clock_still_missed(missed)
    assert List().take(stream.events).kinds == ["late"]


@pytest.mark.parametrize("clock", ["triage.standard", "triage.urgent", "rehome"])
def test_a_clock_of_the_offices_own_is_no_second_item(clock: str) -> None:
    stream = EventStream(1)
    stream.referred()
    missed = stream.clock_missed("referred", clock)
    stream.clock_settled(missed)

    assert List().take(stream.events).kinds == ["referred"]


def test_settling_one_clock_leaves_another_that_is_late() -> None:
    stream = EventStream(1)
    stream.clock_missed("in_delivery", "engagement_silence")
    stream.clock_settled(stream.clock_missed("in_delivery", "rehome"))

    assert List().take(stream.events).kinds == ["late"]


def test_work_of_a_provider_that_left_is_to_be_given_to_another() -> None:
    stream = EventStream(1)
    stream.engaged()
    due_at = START + timedelta(days=5)
    stream.affected("provider_ended", rehome_by=due_at)

    (item,) = List().take(stream.events).open.values()

    assert (item.kind, item.about, item.due_at) == ("rehome", "E1", due_at)
    stream.ended(status="triaged")
    assert List().take(stream.events).kinds == []


def test_suspended_work_waits_until_its_provider_takes_part_again() -> None:
    stream = EventStream(1)
    stream.engaged()
    stream.affected("provider_suspended")

    (item,) = List().take(stream.events).open.values()

    assert (item.kind, item.participant) == ("suspended_work", "iacp")
    stream.affected("takes_part_again")
    assert List().take(stream.events).kinds == []


def test_work_that_is_suspended_and_then_ended_is_one_item() -> None:
    stream = EventStream(1)
    stream.engaged()
    stream.affected("provider_suspended")
    stream.affected("provider_ended")

    assert List().take(stream.events).kinds == ["rehome"]


def test_the_end_of_a_request_closes_everything_about_it() -> None:
    stream = EventStream(1)
    stream.engaged()
    stream.affected("provider_ended")
    stream.clock_missed("in_delivery", "engagement_silence")
    stream.closed()

    assert List().take(stream.events).kinds == []


def test_a_mail_whose_outcome_is_unknown_waits_one_working_day() -> None:
    stream = MailStream()  # begins on a Monday

    changes = mails.changes_of(stream.unknown())

    (item,) = changes.opened
    assert (item.kind, item.about, item.participant) == ("unknown_outcome", stream.mail, "iacp")
    assert item.due_at == item.opened_at + timedelta(days=1)


@pytest.mark.parametrize("end", ["delivered", "failed", "settled"])
def test_what_becomes_known_of_a_mail_settles_its_item(end: str) -> None:
    stream = MailStream()
    (item,) = mails.changes_of(stream.unknown()).opened

    changes = mails.changes_of(getattr(stream, end)())

    assert item.item_id in settled(changes)


def settled(changes: Changes) -> set[str]:
    return {each.item_id for each in changes.closed if isinstance(each, Settling)}


def test_a_notice_that_must_arrive_and_reached_nobody_waits_a_working_day() -> None:
    stream = MailStream()
    event = undelivered(stream.notice, "iacp")

    (item,) = mails.changes_of(event).opened

    assert (item.kind, item.about, item.participant) == ("unreachable", stream.notice, "iacp")
    assert item.opened_at == event.time
    assert item.due_at == event.time + timedelta(days=1)
    assert item.item_id in settled(mails.changes_of(stream.delivered()))
    assert item.item_id not in settled(mails.changes_of(stream.unknown()))


def test_a_mail_that_failed_is_no_work_by_itself_and_ends_none() -> None:
    stream = MailStream()
    (item,) = mails.changes_of(undelivered(stream.notice, "iacp")).opened

    changes = mails.changes_of(stream.failed())

    assert changes.opened == ()
    assert item.item_id not in settled(changes)


def test_a_person_who_told_them_otherwise_settles_what_the_mails_did_not() -> None:
    stream = MailStream()
    (item,) = mails.changes_of(undelivered(stream.notice, "iacp")).opened

    changes = mails.changes_of(stream.settled("told_otherwise"))

    assert item.item_id in settled(changes)
    assert not any(each.may_come_first for each in changes.closed if isinstance(each, Settling))


def test_e30_each_notice_of_a_caller_whom_no_mail_reaches_is_a_call() -> None:
    stream = EventStream(1)
    event = notice_decided(stream, "office-desk", call=True)

    (item,) = notices.changes_of(event).opened

    assert (item.kind, item.request_id, item.about) == ("call", stream.request_id, event.id)
    assert item.due_at == item.opened_at + timedelta(days=1)
    assert notices.changes_of(notice_decided(stream, "office-desk")).opened == []
    (closing,) = mails.changes_of(called(event, "office-desk")).closed
    assert isinstance(closing, Settling)
    # The notice is on another topic: its item stays closed whichever is read first.
    assert (closing.item_id, closing.may_come_first) == (item.item_id, True)


def test_a_mail_that_is_sent_again_and_unknown_again_waits_again() -> None:
    stream, batch = MailStream(), Batch({}, {})

    for event in (stream.unknown(), stream.settled("sent_again"), stream.unknown()):
        batch.change(mails.changes_of(event))

    ((item, closed),) = batch.changed.values()
    assert (item.number, closed) == (3, None)
    assert item.item_id not in batch.settled


def test_a_participant_that_no_mail_reaches_waits_two_working_days_for_an_address() -> None:
    (item,) = mails.changes_of(reach("iacp")).opened
    (settling,) = mails.changes_of(reach("iacp", 2)).closed

    assert (item.kind, item.participant) == ("no_living_contact", "iacp")
    assert item.due_at == item.opened_at + timedelta(days=2)
    assert isinstance(settling, Settling)
    assert settling.item_id == item.item_id


def test_every_item_says_why_it_is_here_and_what_happens_otherwise() -> None:
    stream = EventStream(1)
    stream.referred()
    stream.waitlisted()
    stream.engaged()
    stream.affected("program_ended", rehome=True)
    stream.affected("program_suspended", stopped=True)
    stream.clock_missed("in_delivery", "engagement_silence")
    status = None
    items: list[WorkItem] = [*mails.changes_of(MailStream().unknown()).opened]
    items += mails.changes_of(reach("iacp")).opened
    items += mails.changes_of(undelivered("n-1", "iacp")).opened
    items += notices.changes_of(notice_decided(stream, "office-desk", call=True)).opened
    for _, event in stream.events:
        data: Any = event.data  # type: ignore[attr-defined]  # every event has data
        items += requests.changes_of(
            event, request_id=data.request_id, status=data.status, before=status
        ).opened
        status = data.status

    assert {item.kind for item in items} <= set(KINDS)
    assert all(item.why.endswith(".") and item.otherwise.endswith(".") for item in items)
    assert all(len(item.why.split()) <= 25 for item in items)
