from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from services.notifications.audiences.audience import Notice, NotNeeded, Send, View
from services.notifications.audiences.evolve import evolve
from services.notifications.audiences.request import Directory, Request
from services.notifications.audiences.table import InputEvent
from services.notifications.decide import decide
from shared.contracts import intake, routing
from shared.contracts.inbound import CLOSE_REASONS
from shared.contracts.outbound import (
    TYPES,
    Applied,
    ClockLate,
    ClockMoved,
    ClockReminder,
    ClockSettled,
    ContactCard,
    EngagementMessage,
    OfferEnd,
    OfferMessage,
    Referral,
    Refused,
    StatusChanged,
)
from tests.examples.facts import (
    AGENCY,
    AT,
    DECISION,
    ENGAGEMENT,
    NUMBER,
    OFFER,
    OFFICE,
    PROVIDER,
    Log,
    engagement,
    inbound,
    made,
    offer,
    opened,
    state,
)

DIRECTORY = Directory(
    participants={PROVIDER: "IACP"}, programs={"cri-tac": "CRI-TAC"}, offices=(OFFICE,)
)
REASON = {"code": "agency_type", "path": "/agency", "message": "Not served.", "fix": "Ask."}


class Decision(NamedTuple):
    notices: tuple[Notice, ...]
    request: Request


def known(**changes: Any) -> Request:
    return evolve(None, Log().accepted(), DIRECTORY)._replace(**changes)


def decided(
    name: str, data: dict[str, Any], request: Request | None = None, **more: Any
) -> Decision:
    event, before = Log().routed(name, data), request or known()
    after = evolve(before, event, DIRECTORY)
    return Decision(decide(event, View(AT, DIRECTORY, before, after, **more)), after)


def answered(event: InputEvent) -> Decision:
    """Return the notices of an event that needs no other state."""
    return Decision(decide(event, View(AT, DIRECTORY)), known())


def sent_to(decision: Decision, audience: str) -> Send:
    (found,) = [n for n in decision.notices if n.audience == audience]
    assert isinstance(found, Send)
    return found


def not_told(decision: Decision, audience: str) -> str:
    (found,) = [n for n in decision.notices if n.audience == audience]
    assert isinstance(found, NotNeeded)
    return found.because


def status(decision: Decision, audience: str = AGENCY) -> StatusChanged:
    data = sent_to(decision, audience).data
    assert isinstance(data, StatusChanged)
    return data


def test_an_accepted_request_is_answered_with_its_tracking_number() -> None:
    decision = answered(Log().accepted())

    answer = sent_to(decision, AGENCY)
    assert (answer.type, answer.answer, answer.subject) == (TYPES["accepted"], True, NUMBER)


def test_triage_notifies_nobody_because_its_outcome_follows() -> None:
    decision = decided("request_triaged", state("triaged", decision=DECISION))

    assert "follows at once" in not_told(decision, AGENCY)
    assert decision.request.status == "triaged"


def test_an_offer_is_sent_to_the_provider_without_need_or_contacts_and_to_the_requester() -> None:
    decision = decided("offer_made", made())

    data = sent_to(decision, PROVIDER).data
    assert isinstance(data, OfferMessage)
    assert (data.offer_id, data.agency.state, data.topics[0]) == (
        OFFER,
        "US-CA",
        "crisis_intervention",
    )
    assert not {"need", "contacts", "contact_ids"} & set(OfferMessage.model_fields)
    heard = status(decision)
    assert (heard.status, heard.program, heard.provider) == ("offered", "cri-tac", PROVIDER)
    assert heard.next is not None
    assert heard.next.by == data.expires_at


def test_sentences_of_the_routing_decision_are_used_if_present() -> None:
    because = {"staff": "s", "requester": "For you.", "provider": "For the provider."}

    decision = decided("offer_made", made(decision={**DECISION, "because": because}))

    assert status(decision).sentence == "For you."
    assert isinstance(offered := sent_to(decision, PROVIDER).data, OfferMessage)
    assert offered.sentence == "For the provider."


@pytest.mark.parametrize(
    ("name", "kind"), [("offer_lapsed", "offer_lapsed"), ("offer_withdrawn", "offer_withdrawn")]
)
def test_an_offer_that_ends_by_itself_is_taken_back_from_the_provider(
    name: str, kind: str
) -> None:
    offered = known(provider=PROVIDER, offer_id=OFFER, expires_at=AT)

    decision = decided(name, offer("triaged"), offered)

    assert sent_to(decision, PROVIDER).type == TYPES[kind]
    assert (decision.request.provider, decision.request.offer_open) == (None, False)


def test_a_provider_learns_that_its_offer_no_longer_fits_and_does_not_count_as_a_decline() -> None:
    offered = known(provider=PROVIDER, offer_id=OFFER, expires_at=AT)

    decision = decided("offer_withdrawn", offer("triaged", reason="no_longer_fits"), offered)

    told = sent_to(decision, PROVIDER).data
    assert isinstance(told, OfferEnd)
    assert "no longer fits" in told.sentence
    assert "does not count as a decline" in told.sentence


def test_a_declined_offer_notifies_nobody_and_frees_the_request() -> None:
    offered = known(provider=PROVIDER, offer_id=OFFER, expires_at=AT)

    decision = decided("offer_declined", offer("triaged", reason="timing"), offered)

    assert not_told(decision, PROVIDER)
    assert not_told(decision, AGENCY)
    assert decision.request.provider is None


def test_need_and_contacts_go_to_the_provider_that_accepted_and_to_nobody_else() -> None:
    card = ContactCard(contact_id="c-1", name="A. Chief")

    decision = decided(
        "engagement_opened",
        opened(need_stated=True),
        need='{"issue":"Too few crisis teams."}',
        contacts=[card],
    )

    handed = sent_to(decision, PROVIDER)
    assert isinstance(handed.data, EngagementMessage)
    assert handed.classification == "restricted"
    assert handed.data.need == {"issue": "Too few crisis teams."}
    assert handed.data.contacts == [card]
    assert status(decision).status == "assigned"


def test_a_milestone_that_changes_the_status_is_notified() -> None:
    assigned = known(status="assigned", provider=PROVIDER)
    data = engagement("in_delivery", milestone="kick_off", on="2026-04-02")

    first = decided("engagement_progressed", data, assigned)
    second = decided("engagement_progressed", data, first.request)

    assert status(first).status == "in_delivery"
    assert not_told(first, PROVIDER)
    assert "did not change" in not_told(second, AGENCY)


@pytest.mark.parametrize("reason", [*CLOSE_REASONS, "a_reason_of_tomorrow"])
def test_the_message_about_an_end_never_says_fixed(reason: str) -> None:
    decision = decided("engagement_closed", engagement("closed", reason=reason))

    sentence = status(decision).sentence
    assert "closed" in sentence
    assert "fixed" not in sentence
    assert "solved" not in sentence


def test_the_message_about_waiting_names_the_reason_and_the_opening() -> None:
    data = state("waiting", reason="program_not_open", opens_at=AT, decision=DECISION)

    heard = status(decided("request_waitlisted", data))

    assert heard.sentence == "Your request waits because CRI-TAC is not open yet."
    assert heard.next is not None
    assert heard.next.by == AT


def test_a_referral_goes_to_every_program_office_with_the_terms_of_a_counter() -> None:
    data = state(
        "referred",
        reason="countered",
        provider=PROVIDER,
        counter_from="2026-05-01",
        decision=DECISION,
    )

    decision = decided("request_referred", data)

    referral = sent_to(decision, OFFICE).data
    assert isinstance(referral, Referral)
    assert referral.counter is not None
    assert status(decision).status == "referred"


def test_without_a_program_office_a_referral_says_that_nobody_was_notified() -> None:
    event = Log().routed("request_referred", state("referred", reason="no_ori", decision=DECISION))
    nobody = Directory({}, {}, ())

    notices = decide(event, View(AT, nobody, known(), evolve(known(), event, nobody)))

    decision = Decision(notices, known())
    assert not_told(decision, "program_office") == "no program office is registered"


def test_the_message_about_ineligibility_names_the_reason_and_an_alternative() -> None:
    data = state("ineligible", reasons=[REASON], decision=DECISION)

    heard = status(decided("request_ineligible", data))

    assert heard.reasons[0].code == "agency_type"
    assert "CRI-TAC" in heard.sentence
    assert heard.elsewhere


def test_a_withdrawal_tells_the_provider_to_stop_and_confirms_it_to_the_requester() -> None:
    data = state("withdrawn", before="assigned", provider=PROVIDER, engagement_id=ENGAGEMENT)

    decision = decided("request_withdrawn", data, known(provider=PROVIDER))

    assert sent_to(decision, PROVIDER).type == TYPES["engagement_ended"]
    assert status(decision).status == "withdrawn"


def test_a_withdrawal_of_a_referred_request_notifies_the_program_office_too() -> None:
    decision = decided("request_withdrawn", state("withdrawn", before="referred"))

    assert status(decision, OFFICE).status == "withdrawn"


AGAIN = datetime(2026, 4, 9, 13, tzinfo=UTC)
DUE = datetime(2026, 4, 1, 13, tzinfo=UTC)


def lateness(decision: Decision) -> dict[str, ClockLate]:
    """Return what each audience is told about a late clock."""
    return {
        notice.audience: notice.data
        for notice in decision.notices
        if isinstance(notice, Send) and isinstance(notice.data, ClockLate)
    }


def test_e52_who_waits_and_the_office_hear_that_a_provider_is_late() -> None:
    data = state("assigned", clock="engagement_silence", due_at=DUE, next_at=AGAIN)

    decision = decided("clock_still_missed", data | {"n": 2}, request=known(provider=PROVIDER))

    told = lateness(decision)
    assert set(told) == {AGENCY, OFFICE}
    for late in told.values():
        assert (late.clock, late.provider, late.times) == ("engagement_silence", PROVIDER, 2)
        assert (late.due_at, late.next_at) == (DUE, AGAIN)
        assert "April 1, 2026, 13:00 UTC" in late.sentence
        assert "April 9, 2026, 13:00 UTC" in late.sentence
    assert "is late" in told[AGENCY].sentence
    assert "ask it" in told[OFFICE].sentence


def test_e52_who_waits_hears_that_the_office_is_late() -> None:
    data = state("referred", clock="triage.standard", due_at=DUE, next_at=AGAIN)

    decision = decided("clock_missed", data)

    told = lateness(decision)
    assert told[AGENCY].sentence.startswith("The program office is late")
    assert [late.provider for late in told.values()] == [None, None]
    assert [late.times for late in told.values()] == [1, 1]


@pytest.mark.parametrize(
    ("again", "words"), [(None, "not told of it again"), (AGAIN, "You hear again by April 9")]
)
def test_e52_who_waits_hears_that_the_office_has_settled_it(
    again: datetime | None, words: str
) -> None:
    data = state("assigned", clock="engagement_silence", due_at=DUE, next_at=again)

    decision = decided("clock_settled", data | {"n": 2, "settled_by": OFFICE, "reason": "agreed"})

    (told,) = [notice for notice in decision.notices if isinstance(notice, Send)]
    assert (told.audience, told.type) == (AGENCY, TYPES["clock_settled"])
    assert isinstance(told.data, ClockSettled)
    assert (told.data.due_at, told.data.next_at) == (DUE, again)
    assert words in told.data.sentence
    assert decision.request == known()


@pytest.mark.parametrize(
    ("clock", "audience", "words"),
    [
        ("triage.standard", OFFICE, "your decision"),
        ("offer_answer.standard", PROVIDER, "Your answer to this offer"),
        ("engagement_silence", PROVIDER, "report progress"),
    ],
)
def test_e46_the_one_who_must_act_is_reminded(clock: str, audience: str, words: str) -> None:
    request = known(provider=PROVIDER, offer_id=OFFER)

    by = {"provider": PROVIDER} if audience == PROVIDER else {}
    data = state("offered", clock=clock, due_at=DUE, **by)

    decision = decided("clock_reminded", data, request)

    (told,) = [notice for notice in decision.notices if isinstance(notice, Send)]
    assert (told.audience, told.type) == (audience, TYPES["clock_reminder"])
    assert isinstance(told.data, ClockReminder)
    assert (told.data.offer_id == OFFER) == (clock == "offer_answer.standard")
    assert words in told.data.sentence
    assert not_told(decision, AGENCY)
    assert decision.request == request


@pytest.mark.parametrize("kind", ["clock_missed", "clock_still_missed", "clock_settled"])
def test_of_a_late_rehoming_the_office_hears_and_not_the_agency(kind: str) -> None:
    data = state("assigned", clock="rehome", due_at=DUE, next_at=AGAIN)

    decision = decided(
        kind, data | {"n": 2, "settled_by": OFFICE, "reason": "agreed"}, known(provider=PROVIDER)
    )

    assert not_told(decision, AGENCY)
    told = lateness(decision)
    assert told.keys() == (set() if kind == "clock_settled" else {OFFICE})
    assert all(late.provider is None for late in told.values())
    assert all("another provider" in late.sentence for late in told.values())


def test_e51_the_provider_hears_once_that_its_offer_ends_later() -> None:
    data = state(
        "offered", clock="offer_answer.standard", before=DUE, due_at=AGAIN, provider=PROVIDER
    )

    decision = decided("clock_moved", data, request=known(provider=PROVIDER, offer_id=OFFER))

    (told,) = [notice for notice in decision.notices if isinstance(notice, Send)]
    assert (told.audience, told.type) == (PROVIDER, TYPES["clock_moved"])
    assert isinstance(told.data, ClockMoved)
    assert (told.data.offer_id, told.data.due_at) == (OFFER, AGAIN)
    assert decision.request.expires_at == AGAIN
    assert not_told(decision, AGENCY)


def test_the_office_hears_that_its_decision_is_due_later() -> None:
    data = state("referred", clock="triage.standard", before=DUE, due_at=AGAIN)
    missed = data | {"would_not_have_been_missed": True}

    decision = decided("clock_moved", missed)

    (told,) = [notice for notice in decision.notices if isinstance(notice, Send)]
    assert told.audience == OFFICE
    assert isinstance(told.data, ClockMoved)
    assert told.data.was_late
    assert decision.request == known()


def test_a_missed_clock_of_before_0_4_notifies_nobody_with_a_reason() -> None:
    data = state("offered", clock="offer_answer.standard", due_at=AT)

    decision = decided("clock_missed", data)

    assert not_told(decision, AGENCY)
    assert decision.request == known()


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("gov.cri.request.submit.v1", "refused"),
        ("gov.cri.offer.answer.v1", "message_refused"),
        (None, "message_refused"),
    ],
)
def test_a_refusal_says_who_refused_and_where_to_go(kind: str | None, message: str) -> None:
    data = {
        "participant": "nobody-yet",
        "kind": kind,
        "reasons": [REASON],
        "elsewhere": "The state program.",
    }
    event = Log().event(
        intake.ANSWERS_TOPIC,
        "submission_refused",
        "nobody-yet",
        data,
        inreplyto=inbound(3, "nobody-yet"),
    )
    assert isinstance(event, intake.SubmissionRefused)

    answer = sent_to(answered(event), "nobody-yet")

    assert (answer.type, answer.answer) == (TYPES[message], True)
    assert isinstance(answer.data, Refused)
    assert (answer.data.refused_by, answer.data.elsewhere) == (
        "intake",
        "The state program.",
    )


def test_a_message_applied_by_routing_is_answered_to_its_sender() -> None:
    event = Log().event(
        routing.TOPIC,
        "message_applied",
        PROVIDER,
        {"participant": PROVIDER, "what": "capacity.declare", "about": PROVIDER},
        inreplyto=inbound(7, PROVIDER),
    )
    assert isinstance(event, routing.MessageApplied)

    answer = sent_to(answered(event), PROVIDER)

    assert answer.data == Applied(what="capacity.declare", about=PROVIDER)


def test_a_message_forwarded_by_intake_is_answered_by_routing() -> None:
    event = Log().event(
        intake.TOPIC,
        "withdrawal_requested",
        NUMBER,
        {
            "request_id": "01a20add-dcb3-7f58-8f5a-0abbf3295d20",
            "tracking_number": NUMBER,
            "participant": AGENCY,
        },
        inreplyto=inbound(9),
    )
    assert isinstance(event, intake.WithdrawalRequested)

    assert not_told(answered(event), AGENCY) == "routing decides this and answers it"


def test_deciding_twice_gives_the_same_notices() -> None:
    assert decided("offer_made", made()) == decided("offer_made", made())
