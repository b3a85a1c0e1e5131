"""Every way in which news to subscribers can be wrong is noticed; what is right is not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.proofs.checker.findings import Findings
from tests.proofs.checker.fold_desk import _wrong_data, folded, wrong_in_desk
from tests.proofs.checker.fold_work import open_items
from tests.proofs.checker.mails import i26_mails_are_decided_once
from tests.proofs.checker.mutations.bench import edited
from tests.proofs.checker.notices import i09_one_notice
from tests.proofs.checker.order import i07_causes
from tests.proofs.checker.owners import i08_topics_agree_with_owners
from tests.proofs.checker.privacy import canaries_of, i16_canaries_are_nowhere
from tests.proofs.checker.run import Record, Run
from tests.proofs.checker.subscriptions import wrong_subscriptions
from tests.unit.checker.test_mail_mutations import AT, record

CONFIDENTIAL, NOTICES = "cri.int.confidential.v1", "cri.int.notifications.v1"
REFERENCE, MAIL = "cri.int.reference.v1", "cri.int.mail.v1"
ADDRESS, AUDIENCE = "clerk@town.example", "subscription:s-1"
ANNOUNCED = "gov.cri.intake.solicitation_announced.v1"


def event(topic: str, place: int, kind: str, /, subject: str, cause: str, **data: Any) -> Record:
    correlation = cause if cause == "month-1" else "c-1"
    return record(topic, place, id=f"{kind}-{place}", type=f"gov.cri.x.{kind}.v1", data=data,
                  subject=subject, time=AT, causationid=cause,
                  correlationid=correlation)  # fmt: skip


def asked(place: int, kind: str, cause: str) -> Record:
    return event(NOTICES, place, kind, AUDIENCE, cause, kinds=["solicitations"])


def decided(place: int, fact: str, kind: str, template: str) -> Record:
    notice = {"audience": AUDIENCE, "channel": "mail", "outcome": "sent",
              "message_type": template, "message_id": f"mail-{template}"}  # fmt: skip
    subject = AUDIENCE if template != "confirm" else "subscriptions:web-desk"
    return event(
        NOTICES,
        place,
        "notice_decided",
        subject,
        fact,
        fact=fact,
        fact_type=kind,
        notices=[notice],
    )


ASK = edited(
    event(CONFIDENTIAL, 0, "subscription_ask_received", "subscriptions:web-desk",
          "cri.in.web-desk.v1/0/0", kinds=["solicitations"], address="Clerk@town.example"),
    id="ask",
)  # fmt: skip
CONFIRM = edited(
    event(CONFIDENTIAL, 1, "subscription_confirm_received", "subscriptions:web-desk",
          "cri.in.web-desk.v1/0/1", kinds=["solicitations"]),
    id="confirm",
)  # fmt: skip
SOLICIT = edited(
    event(REFERENCE, 0, "solicitation_announced", "s", "cri.in.web-desk.v1/0/2"), id="announced"
)
NOT_NEEDED = {"audience": "web-desk", "outcome": "not_needed", "because": "the page told"}
CONFIRM_DECIDED = event(
    NOTICES, 5, "notice_decided", "subscriptions:web-desk", "confirm",
    fact="confirm", fact_type="gov.cri.x.y.v1", notices=[{**NOT_NEEDED, "channel": "none"}],
)  # fmt: skip
STEPS = (
    asked(0, "subscription_asked", "ask"),
    decided(1, "ask", "gov.cri.intake.subscription_ask_received.v1", "confirm"),
    asked(2, "subscription_confirmed", "confirm"),
    decided(3, "announced", ANNOUNCED, "solicitation"),
    decided(4, "month-1", "monthly_update", "update"),
)
REPORTED = "gov.cri.reporting.report_published.v1"
OTHERWISE = dict.fromkeys(("message_type", "message_id", "participantsequence"))
FACTS = {"confirm": "ask", "solicitation": "announced", "update": "month-1"}


def eml(mail_id: str, to: str = ADDRESS) -> bytes:
    return f"Delivered-To: {to}\r\nTo: {to}\r\nMessage-ID: <{mail_id}@p.example>\r\n\r\nx".encode()


def a_run() -> Run:
    """Return a run in which somebody subscribes, confirms, and gets two news."""
    notice_of = {"confirm": 1, "solicitation": 3, "update": 4}
    mails = [
        {"mail_id": f"mail-{template}", "audience": AUDIENCE, "contact_id": "", "fact": fact,
         "template": template, "notice": f"notice_decided-{notice_of[template]}",
         "state": "accepted", "kind": "news"}
        for template, fact in FACTS.items()
    ]  # fmt: skip
    kept = {"fact": "ask", "audience": AUDIENCE, "message_type": "confirm", "because": None,
            "message_id": "mail-confirm", "participantsequence": None}  # fmt: skip
    tables: dict[str, Any] = {
        "mails": mails,
        "notices": [{**OTHERWISE, **NOT_NEEDED, "fact": "confirm"}, kept],
        "tellings": [{"fact": "month-1", "kind": "monthly_update"},
                     {"fact": "announced", "kind": "solicitation"}],
        "subscribers": [{"audience": AUDIENCE, "address": ADDRESS}],
        "subscriptions": [{"audience": AUDIENCE, "kind": "solicitations", "state": "confirmed"}],
    }  # fmt: skip
    delivered = [
        event(MAIL, place, "notice_delivered", f"mail:mail-{template}",
              f"notice_decided-{notice_of[template]}", mail=f"mail-{template}",
              notice=f"notice_decided-{notice_of[template]}", contact=AUDIENCE)
        for place, template in enumerate(FACTS)
    ]  # fmt: skip
    inbound = [record("cri.in.web-desk.v1", place, id=f"in-{place}") for place in range(3)]
    return Run(
        topics={
            "cri.in.web-desk.v1": inbound,
            CONFIDENTIAL: [ASK, CONFIRM],
            REFERENCE: [SOLICIT],
            NOTICES: [*STEPS, CONFIRM_DECIDED],
            MAIL: delivered,
        },
        ends={},
        tables={"notifications": tables},
        mails={f"{template}.eml": eml(f"mail-{template}") for template in FACTS},
    )


def i09(run: Run) -> Findings:
    """Judge by I9, but whether records have answers: here they have none."""
    return (each for each in i09_one_notice(run) if each is None or " answers, " not in each)


def wrong(findings: Findings) -> list[str]:
    return [each for each in findings if each is not None]


INVARIANTS: dict[str, Callable[[Run], Findings]] = {
    "I7": i07_causes,
    "I9": i09,
    "I10": wrong_subscriptions,
    "I26": i26_mails_are_decided_once,
}


@pytest.mark.parametrize("name", INVARIANTS)
def test_who_confirms_and_gets_news_is_served_rightly(name: str) -> None:
    found = list(INVARIANTS[name](a_run()))

    assert found
    assert wrong(iter(found)) == []


def put(run: Run, place: int, changed: Record) -> None:
    run.topics[NOTICES][place] = changed


def row(run: Run, table: str, place: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = run.tables["notifications"][table][place]
    return found


def drop(run: Run, table: str) -> None:
    run.tables["notifications"][table].pop()


def swap_news_and_confirmation(run: Run) -> None:
    records = run.topics[NOTICES]
    records[2], records[3] = replace(records[3], offset=2), replace(records[2], offset=3)


def end_before_news(run: Run) -> None:
    run.topics[NOTICES].insert(3, asked(6, "subscription_ended", "confirm"))


def tell_twice(run: Run) -> None:
    run.topics[NOTICES].append(edited(STEPS[3], id="again"))


def tell_another(run: Run) -> None:
    notices = [{**(STEPS[3].body or {})["data"]["notices"][0], "audience": "subscription:s-2"}]
    put(run, 3, edited(STEPS[3], data={"notices": notices}))


def mail_a_participant_alone(run: Run) -> None:
    notices = [{**(STEPS[1].body or {})["data"]["notices"][0], "audience": "ohio-dps"}]
    put(run, 1, edited(STEPS[1], data={"notices": notices}))


def keep_news(run: Run) -> None:
    kept = {**row(run, "notices", 1), "fact": "announced", "message_type": "solicitation"}
    kept["message_id"] = "mail-solicitation"
    run.tables["notifications"]["notices"].append(kept)


def mail_undecided(run: Run) -> None:
    more = {**row(run, "mails"), "mail_id": "mail-more"}
    run.tables["notifications"]["mails"].append(more)


@pytest.mark.parametrize(
    ("invariant", "break_it"),
    [
        ("I7", lambda run: row(run, "tellings").update(kind="x")),
        ("I7", lambda run: put(run, 4, edited(STEPS[4], correlationid="other"))),
        ("I7", lambda run: put(run, 4, edited(STEPS[4], subject="ohio-dps"))),
        ("I7", lambda run: put(run, 3, edited(STEPS[3], causationid="month-1"))),
        ("I9", swap_news_and_confirmation),
        ("I9", end_before_news),
        ("I9", tell_twice),
        ("I9", lambda run: put(run, 3, edited(STEPS[3], data={"fact_type": REPORTED}))),
        ("I9", tell_another),
        ("I9", mail_a_participant_alone),
        ("I9", keep_news),
        ("I9", mail_undecided),
        ("I9", lambda run: drop(run, "mails")),
        ("I9", lambda run: drop(run, "notices")),
        ("I9", lambda run: row(run, "mails").update(template="update")),
        ("I9", lambda run: row(run, "mails").update(fact="other")),
        ("I9", lambda run: row(run, "mails").update(audience="subscription:s-2")),
        ("I10", lambda run: drop(run, "subscriptions")),
        ("I10", lambda run: row(run, "subscriptions").update(state="asked")),
        ("I10", lambda run: row(run, "subscriptions").update(kind="monthly_update")),
        ("I10", lambda run: run.topics[NOTICES].append(
            asked(6, "subscription_ended", "confirm"))),
        ("I10", lambda run: row(run, "subscribers").update(address="mayor@town.example")),
        ("I10", lambda run: drop(run, "subscribers")),
        ("I26", lambda run: (run.mails or {}).update(
            {"update.eml": eml("mail-update", "mayor@town.example")})),
        ("I26", lambda run: row(run, "mails").update(kind="code")),
        ("I26", lambda run: run.topics[MAIL].pop()),
    ],
)  # fmt: skip
def test_what_is_wrong_is_noticed(invariant: str, break_it: Callable[[Run], object]) -> None:
    run = a_run()
    break_it(run)

    assert wrong(INVARIANTS[invariant](run))


def test_who_has_ended_all_is_erased() -> None:
    run = a_run()
    run.topics[NOTICES].append(asked(6, "subscription_ended", "confirm"))
    drop(run, "subscriptions")
    kept = wrong(wrong_subscriptions(run))
    drop(run, "subscribers")

    assert kept == [f"notifications: the address of {AUDIENCE} is not the one asked for"]
    assert wrong(wrong_subscriptions(run)) == []


def test_the_log_has_no_outcome_of_a_code() -> None:
    run = a_run()
    row(run, "mails").update(kind="code")
    run.topics[MAIL].pop(0)

    assert wrong(i26_mails_are_decided_once(run)) == []


def test_what_is_mailed_to_subscribers_is_nothing_for_the_desk() -> None:
    run = a_run()
    unknown = edited(run.topics[MAIL][0], type="gov.cri.x.notice_outcome_unknown.v1")
    run.topics[MAIL][0] = unknown

    assert open_items(run) == set()
    assert [audience for _, audience in folded(run)["notices"]] == ["web-desk"]


def test_a_call_that_is_settled_names_whom_it_told() -> None:
    call = event(NOTICES, 0, "notice_decided", "x", "x", fact_type="a.b.c.d.e",
                 notices=[{"audience": "ohio-dps", "call": True}])  # fmt: skip
    settled = event(MAIL, 0, "notice_settled", "x", "x", notice="notice_decided-0",
                    audience="ohio-dps", how="told_otherwise")  # fmt: skip
    run = Run(topics={NOTICES: [call], MAIL: [settled]}, ends={}, tables={})

    assert open_items(run) == set()
    ((key, kept),) = folded(run)["notices"].items()
    assert key == ("notice_decided-0", "ohio-dps")
    assert (kept["mail"], kept["mail_outcome"]) == (None, "told_otherwise")
    assert open_items(replace(run, topics={NOTICES: [call]})) == {"call:notice_decided-0:ohio-dps"}


def test_the_title_of_a_solicitation_is_public_and_that_of_an_assessment_is_not() -> None:
    title = {"title": "Community policing grants"}
    public = record("cri.in.x.v1", 0, type="gov.cri.solicitation.announce.v1", data=title)
    draft = record("cri.int.drafts.v1", 0, type="gov.cri.intake.draft_stated.v1", data=title)

    assert canaries_of(Run(topics={"cri.in.x.v1": [public]}, ends={}, tables={})) == []
    assert canaries_of(Run(topics={"cri.int.drafts.v1": [draft]}, ends={}, tables={})) == [
        title["title"]
    ]


@pytest.mark.parametrize("written", ["Clerk@town.example", ADDRESS])
def test_the_address_of_a_subscriber_that_is_elsewhere_is_noticed(written: str) -> None:
    run = a_run()
    sound = wrong(i16_canaries_are_nowhere(run))
    run.tables["desk"] = {"notices": [{"because": f"It went to {written}."}]}

    assert sound == []
    assert len(wrong(i16_canaries_are_nowhere(run))) == 1


def settled_by_the_office(correlation: str) -> Run:
    """Return a run whose mail is settled: a directive of its own leads to it, about the mail."""
    run = a_run()
    directed = edited(SOLICIT, id="directed", subject="mail:mail-confirm", correlationid="own")
    settled = edited(run.topics[MAIL][0], id="settled", correlationid=correlation,
                     type="gov.cri.x.notice_settled.v1", causationid="directed")  # fmt: skip
    run.topics["cri.int.answers.v1"] = [replace(directed, topic="cri.int.answers.v1")]
    run.topics[MAIL].append(replace(settled, offset=len(run.topics[MAIL])))
    return run


def test_what_the_office_settles_carries_the_correlation_of_the_mail() -> None:
    assert wrong(i07_causes(settled_by_the_office("c-1"))) == []
    assert len(wrong(i07_causes(settled_by_the_office("own")))) == 1


@pytest.mark.parametrize(
    ("kept", "right"),
    [
        ({"need": None, "contacts": [], "more_notes": 0, "repeat": False}, True),
        ({"need": {"issue": "Calls end in arrests."}}, False),
        ({"contacts": [{"name": "Chief"}]}, False),
        ({"purpose": "call"}, False),
    ],
)
def test_of_a_case_file_that_was_told_nothing_is_kept(kept: dict[str, Any], right: bool) -> None:
    told = {"tracking_number": "CRI-2026-000001-Z", "purpose": "triage", "as_of": "now"}
    kind = "gov.cri.case.told.v1"
    answer = record("cri.out.office-desk.v1", 0, id="a", type=kind, subject="office-desk",
                    inreplyto="cri.in.office-desk.v1/0/0",
                    data={**told, "need": {"issue": "x"}})  # fmt: skip
    row = {"message_id": "a", "inreplyto": "cri.in.office-desk.v1/0/0", "message_type": kind,
           "subject": "office-desk", "data": {**told, **kept}}  # fmt: skip
    run = Run(
        topics={answer.topic: [answer]}, ends={}, tables={"notifications": {"answers": [row]}}
    )
    found = wrong(i08_topics_agree_with_owners(run))

    assert (found == []) is right


@pytest.mark.parametrize(
    ("mail", "outcome", "right"),
    [
        ("digest", "delivered", True),
        ("single", "cancelled", True),
        ("digest", "cancelled", False),
        ("single", "delivered", False),
        ("another", "delivered", False),
    ],
)
def test_the_desk_shows_the_outcome_of_one_of_the_mails_about_a_notice(
    mail: str, outcome: str, right: bool
) -> None:
    told = {"notice": "n", "contact": "contact:ohio-dps:c"}
    events = [
        event(MAIL, 0, "notice_delivered", "x", "x", mail="digest", **told),
        event(MAIL, 1, "notice_cancelled", "x", "x", mail="single", **told),
    ]
    row = {"notice": "n", "audience": "ohio-dps", "mail": mail, "mail_outcome": outcome}
    unknown = dict.fromkeys(("request_id", "fact_type", "channel", "outcome", "because", "at"))
    tables = {"desk": {"notices": [{**unknown, **row}]}}
    found = wrong(wrong_in_desk(Run(topics={MAIL: events}, ends={}, tables=tables)))

    assert (found == []) is right


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (tell_twice, f"{NOTICES}/0/3: {AUDIENCE} is told twice of announced, or others are"),
        (tell_another, f"{NOTICES}/0/3: {AUDIENCE} is told twice of announced, or others are"),
        (end_before_news, f"{NOTICES}/0/3: {AUDIENCE} has confirmed no news"),
        (mail_a_participant_alone, "ohio-dps was sent a mail alone (ask)"),
    ],
)
def test_what_is_wrong_with_news_is_named(break_it: Callable[[Run], object], says: str) -> None:
    run = a_run()
    break_it(run)

    assert says in wrong(i09_one_notice(run))


@pytest.mark.parametrize("participant", ["office-desk", "ohio-dps"])
def test_a_timeline_may_say_on_whose_authority_a_request_was_made(participant: str) -> None:
    published = {"agency": {}, "participant": participant, "authority": {"basis": "call_back"}}

    assert _wrong_data(published, {"authority": {"basis": "call_back"}}) == []
