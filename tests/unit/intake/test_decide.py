from datetime import timedelta

import pytest

from shared.contracts.inbound import DATA, SENDERS
from shared.contracts.services import WEB_DESK
from tests.examples.inbound import (
    AGENCY,
    AT,
    OBSERVER,
    OFFICE,
    PROVIDER,
    sender_of,
    submission,
)
from tests.examples.intake import Intake, codes, events, reasons, types

KINDS = [kind.removeprefix("gov.cri.").removesuffix(".v1") for kind in DATA]
LEADS_TO = {
    "request.submit": ["request_accepted", "need_stated"],
    "request.amend": ["request_amended"],
    "request.withdraw": ["withdrawal_requested"],
    "contact.set": ["contact_set"],
    "preference.set": ["preference_set"],
    "code.send": ["code_asked"],
    "subscription.ask": ["subscription_ask_received"],
    "subscription.confirm": ["subscription_confirm_received"],
    "subscription.set": ["subscription_set_received"],
    "subscription.end": ["subscription_end_received"],
    "status.ask": ["status_asked"],
    "capacity.declare": ["capacity_declared"],
    "offer.answer": ["offer_answered", "note_stated"],
    "milestone.report": ["milestone_reported"],
    "engagement.close": ["engagement_close_reported"],
    "engagement.end": ["engagement_end_directed", "note_stated"],
    "engagement.rehome": ["engagement_rehome_directed", "note_stated"],
    "clock.settle": ["clock_settle_directed"],
    "notice.settle": ["notice_settle_directed"],
    "case.ask": ["case_file_asked"],
    "focus_area.set": ["focus_area_set", "draft_stated"],
    "finding.record": ["finding_recorded", "draft_stated"],
    "recommendation.record": ["recommendation_recorded", "draft_stated"],
    "recommendation.claim": ["recommendation_claimed", "draft_stated"],
    "status.propose": ["status_proposed"],
    "status.verify": ["status_verification_directed"],
    "publication.plan": ["publication_plan_directed"],
    "publication.reschedule": ["publication_reschedule_directed"],
    "report.draft": ["report_drafted", "draft_stated"],
    "report.read": ["report_asked"],
    "fact_check.answer": ["fact_check_answered", "draft_stated"],
    "publication.approve": ["publication_approve_directed"],
    "publication.return": ["publication_return_directed", "draft_stated"],
    "reply.state": ["reply_received", "draft_stated"],
    "report.correct": ["report_correct_directed", "draft_stated"],
    "correction.approve": ["correction_approve_directed"],
    "report.withdraw": ["report_withdraw_directed", "draft_stated"],
    "participant.register": ["participant_registered"],
    "program.define": ["program_defined"],
    "topic.define": ["topic_defined"],
    "provider.list": ["provider_listed"],
    "ruleset.approve": ["ruleset_approved"],
    "calendar.define": ["calendar_defined"],
    "staff.set": ["staff_set"],
    "solicitation.announce": ["solicitation_announced"],
    "agency.set": ["agency_set"],
    "hold.set": ["hold_set"],
    "person.forget": ["person_forgotten"],
    "request.direct": ["request_directed"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_causes_its_events_which_name_the_record(intake: Intake, kind: str) -> None:
    data = submission(reference="second") if kind == "request.submit" else None

    decision = intake.send(kind, data)

    coordinate = f"cri.in.{sender_of(kind)}.v1/0/2"
    assert types(decision) == LEADS_TO[kind]
    for published in events(decision):
        assert (published.inreplyto, published.causationid) == (coordinate, coordinate)
        assert published.inreplytoid == "m-2"
        assert published.receivedat == AT


@pytest.mark.parametrize("trace", [None, f"00-{'a' * 32}-{'b' * 16}-01"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_event_is_encoded_as_its_model_encodes_it(
    intake: Intake, kind: str, trace: str | None
) -> None:
    data = submission(reference="second") if kind == "request.submit" else None

    decision = intake.send(kind, data, traceparent=trace, at=AT + timedelta(microseconds=1500))

    for published in decision.published:
        event = published.event
        assert published.value == event.encode()
        assert (published.id, published.subject) == (event.id, event.subject)
        assert (published.number, event.traceparent) == (event.number, trace)


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_is_refused_from_a_participant_of_another_kind(
    intake: Intake, kind: str
) -> None:
    strangers = {
        "agency_system": AGENCY,
        "agency_desk": WEB_DESK,
        "provider": PROVIDER,
        "program_office": OFFICE,
        "observer": OBSERVER,
    }
    wrong = [who for role, who in strangers.items() if role not in SENDERS[f"gov.cri.{kind}.v1"]]

    decisions = [intake.send(kind, sender=who) for who in wrong]

    assert [codes(decision) for decision in decisions] == [["role_not_authorized"]] * len(wrong)


def test_a_note_goes_to_the_confidential_topic_with_the_data_to_forward_it(
    intake: Intake,
) -> None:
    answered, note = events(intake.send("offer.answer"))
    silent, *rest = events(intake.send("milestone.report"))

    assert (answered.data.noted, silent.data.noted, rest) == (True, False, [])
    assert (note.data.note, note.data.requester, note.data.answer) == ("Gladly.", AGENCY, "accept")
    assert note.dataclassification == "restricted"
    assert "Gladly." not in answered.encode().decode()


def test_an_observer_may_only_ask_for_a_status(intake: Intake) -> None:
    decisions = {kind: intake.send(kind, sender=OBSERVER) for kind in KINDS}

    assert [kind for kind, each in decisions.items() if each.outcome == "applied"] == [
        "status.ask"
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_repeated_message_gets_the_first_answer_again(intake: Intake, kind: str) -> None:
    first = intake.send(kind, id="once")
    of = events(first)[0].inreplyto if first.outcome == "applied" else "cri.in.ca-post.v1/0/1"

    again = [intake.send(kind, id="once") for _ in range(2)]

    for decision in again:
        assert types(decision) == ["answer_repeated"]
        assert events(decision)[0].data.of == of
        assert events(decision)[0].inreplytoid == "once"


def test_a_reference_is_used_for_one_submission_only(intake: Intake) -> None:
    same = intake.send("request.submit")
    other = intake.send("request.submit", submission(may_be_named=True))
    of_another = intake.send("request.submit", sender="ny-post")

    assert types(same) == ["answer_repeated"]
    assert reasons(other) == [("reference_reused_with_other_content", "/data/reference")]
    assert codes(of_another) == ["ori_not_registered_for_participant"]


def test_an_id_is_used_for_one_message_only_even_if_it_repeated_another(intake: Intake) -> None:
    intake.send("request.submit", id="repeats")

    other = intake.send("request.submit", submission(reference="new"), id="repeats")
    other_type = intake.send("status.ask", id="m-1")
    other_source = intake.send("status.ask", id="m-1", source="urn:cri:ca-post:other")

    assert reasons(other) == [("id_reused_with_other_content", "/id")]
    assert reasons(other_type) == [("id_reused_with_other_content", "/id")]
    assert types(other_source) == ["status_asked"]


def test_a_refusal_reserves_neither_id_nor_reference() -> None:
    intake = Intake()
    intake.send("request.submit", submission(topics=["nope"]), id="a")

    decision = intake.send("request.submit", id="a")

    assert types(decision)[0] == "request_accepted"


def test_an_event_continues_the_trace_of_the_sender() -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    kept = Intake().send("request.submit", traceparent=trace)

    assert events(kept)[0].traceparent == trace


def test_answers_are_numbered_by_participant_without_gaps() -> None:
    intake = Intake()

    numbers = [
        events(intake.send_raw(b"{", participant=who))[0].number
        for who in (AGENCY, PROVIDER, AGENCY, AGENCY)
    ]

    assert numbers == [1, 1, 2, 3]


def test_deciding_twice_gives_the_same_events() -> None:
    first, second = (Intake().send("request.submit") for _ in range(2))

    assert events(first) == events(second)
