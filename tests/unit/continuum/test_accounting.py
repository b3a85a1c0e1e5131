"""The effects that an event must have, and which of them are missing."""

from dataclasses import replace
from uuid import UUID

from continuum.accounting_effects import (
    Account,
    Line,
    Missing,
    Observed,
    Subject,
    account_of,
    subjects_of,
)
from continuum.accounting_report import render
from shared.contracts import intake, notifications, reference, routing
from shared.contracts.services import SERVICES

NUMBER = "CRI-2026-000042-K"
FACTS = [UUID(int=place) for place in range(5)]
SUBJECTS = [Subject(intake.TOPIC, NUMBER, 1), Subject(routing.TOPIC, NUMBER, 3)]
COMPLETE = Observed(
    gates={
        ("routing", intake.TOPIC, NUMBER): 1,
        ("notifications", intake.TOPIC, NUMBER): 1,
        ("reporting", intake.TOPIC, NUMBER): 1,
        ("notifications", routing.TOPIC, NUMBER): 3,
        ("reporting", routing.TOPIC, NUMBER): 3,
        ("desk", intake.TOPIC, NUMBER): 1,
        ("desk", routing.TOPIC, NUMBER): 3,
    },
    requesters={NUMBER: "ca-post"},
    routed={NUMBER},
    counted={NUMBER},
    timeline={
        (intake.TOPIC, NUMBER, 1): Line("request_accepted", FACTS[0], None),
        (routing.TOPIC, NUMBER, 1): Line("request_triaged", FACTS[1], None),
        (routing.TOPIC, NUMBER, 2): Line("offer_made", FACTS[2], "iacp"),
        (routing.TOPIC, NUMBER, 3): Line("message_applied", FACTS[3], None),
    },
    notified={
        FACTS[0]: {"ca-post"},
        FACTS[1]: {"ca-post"},
        FACTS[2]: {"ca-post", "iacp"},
        FACTS[3]: {"iacp"},
    },
)


def test_nothing_is_missing_if_every_effect_exists() -> None:
    account = account_of(SUBJECTS, COMPLETE)

    assert (account.facts, account.missing) == (4, [])
    assert account.expected == {
        "announced": 4,
        "stored by routing": 1,
        "stored by notifications": 4,
        "stored by reporting": 4,
        "stored by desk": 4,
        "routed": 1,
        "notified": 5,
        "counted": 4,
    }


def test_a_recipient_without_a_notice_is_named() -> None:
    observed = replace(COMPLETE, notified={**COMPLETE.notified, FACTS[2]: {"ca-post"}})

    account = account_of(SUBJECTS, observed)

    assert account.missing == [Missing("notified", routing.TOPIC, NUMBER, 2, 2, "iacp")]


def test_an_answer_without_a_recipient_still_needs_a_notice() -> None:
    told_less = {fact: who for fact, who in COMPLETE.notified.items() if fact != FACTS[3]}

    account = account_of(SUBJECTS, replace(COMPLETE, notified=told_less))

    assert account.missing == [Missing("notified", routing.TOPIC, NUMBER, 3, 3, "sender")]


def test_facts_a_service_has_not_stored_are_counted_each() -> None:
    gates = {**COMPLETE.gates, ("reporting", routing.TOPIC, NUMBER): 1}
    timeline = {place: line for place, line in COMPLETE.timeline.items() if place[2] == 1}

    account = account_of(SUBJECTS, replace(COMPLETE, gates=gates, timeline=timeline))

    assert account.unaccounted == {"stored by reporting": 2, "counted": 2}


def test_a_request_that_routing_lacks_is_not_routed() -> None:
    gates = {**COMPLETE.gates, ("routing", intake.TOPIC, NUMBER): 0}

    account = account_of(SUBJECTS, replace(COMPLETE, gates=gates, routed=frozenset()))

    assert [each.effect for each in account.missing] == ["stored by routing", "routed"]


def test_intake_must_know_that_a_request_has_ended() -> None:
    open_at_intake = account_of(SUBJECTS, replace(COMPLETE, ended={NUMBER}))
    known = account_of(SUBJECTS, replace(COMPLETE, ended={NUMBER}, ended_at_intake={NUMBER}))

    assert [each.effect for each in open_at_intake.missing] == ["ended at intake"]
    assert known.missing == []


def test_reference_data_is_stored_by_its_readers() -> None:
    subjects = [Subject(reference.TOPIC, "reference", 7)]
    gates = {
        (service, reference.TOPIC, "reference"): 7
        for service in ("routing", "notifications", "desk")
    }

    account = account_of(subjects, Observed(gates=gates))

    assert account.missing == [Missing("stored by reporting", reference.TOPIC, "reference", 1, 7)]
    assert subjects_of(account.missing, [*SUBJECTS, *subjects]) == subjects


def test_what_became_of_mails_and_who_was_told_is_stored_by_the_desk() -> None:
    mail = "mail:00000000-0000-0000-0000-000000000007"
    subjects = [
        Subject(notifications.TOPIC, NUMBER, 2),
        Subject(notifications.MAIL_TOPIC, mail, 1),
    ]
    gates = {
        ("desk", notifications.TOPIC, NUMBER): 1,
        ("notifications", notifications.MAIL_TOPIC, mail): 1,
        ("routing", notifications.MAIL_TOPIC, mail): 1,
    }

    account = account_of(subjects, replace(COMPLETE, gates=gates))

    assert account.missing == [
        Missing("stored by desk", notifications.TOPIC, NUMBER, 2, 2),
        Missing("stored by desk", notifications.MAIL_TOPIC, mail, 1, 1),
    ]
    readers = ("desk", "notifications", "routing")
    assert account.expected.keys() == {"announced", *(f"stored by {each}" for each in readers)}


def test_where_there_is_no_desk_nothing_is_expected_of_it() -> None:
    gates = {place: last for place, last in COMPLETE.gates.items() if place[0] != "desk"}

    account = account_of(SUBJECTS, replace(COMPLETE, gates=gates, services=SERVICES))

    assert account.missing == []
    assert "stored by desk" not in account.expected


def test_an_act_without_an_answer_is_shown_without_a_number() -> None:
    act = Missing("answered", "cri.in.office-desk.v1", NUMBER, 0, 0, "request.direct by staff:a")

    lines = render(Account(facts=1, missing=[act]), {})

    assert f"  {NUMBER}: cri.in.office-desk.v1; request.direct by staff:a" in lines


def test_what_is_lost_is_shown_and_counted_apart() -> None:
    topic = "cri.in.office-desk.v1"
    lost = [Missing("answered", topic, f"CRI-{place}", 0, 0, "by staff:a") for place in range(21)]

    lines = render(Account(facts=21, lost=lost), {})

    assert f"  CRI-0: {topic}; by staff:a" in lines
    assert "  … and 1 more" in lines
    assert lines[-1] == "accounting: 21 facts, 0 effects expected, 0 unaccounted, 21 lost"


def test_a_missing_effect_is_shown_with_the_affected_participant_and_promise() -> None:
    account = Account(facts=4, missing=[Missing("notified", routing.TOPIC, NUMBER, 2, 2, "iacp")])
    account.expected["notified"] = 5

    lines = render(account, {NUMBER: "notifications: parked: decision failed"})

    assert "Not notified, at risk: promise 4: neither notified nor a reason why not" in lines
    assert f"  {NUMBER}: {routing.TOPIC} 2; iacp; notifications: parked: decision failed" in lines
    assert lines[-1] == "accounting: 4 facts, 5 effects expected, 1 unaccounted"


def test_an_event_of_a_later_release_is_counted_and_needs_no_notice() -> None:
    later = Line("engagement_unheard_of", FACTS[4], "iacp")
    subject = Subject(routing.TOPIC, NUMBER, 4)
    gates = {key: 4 if key[1] == routing.TOPIC else last for key, last in COMPLETE.gates.items()}
    observed = replace(
        COMPLETE, gates=gates, timeline={**COMPLETE.timeline, (routing.TOPIC, NUMBER, 4): later}
    )

    account = account_of([SUBJECTS[0], subject], observed)

    assert account.missing == []
    assert account.expected["counted"] == 5
