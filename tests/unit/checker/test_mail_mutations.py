"""Every way in which mails and actors can be wrong is noticed; what is right is not."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from tests.proofs.checker.mails import i26_mails_are_decided_once
from tests.proofs.checker.mutations import of_actors, of_mails
from tests.proofs.checker.mutations.bench import Bench, Mutation
from tests.proofs.checker.mutations.catching import catch
from tests.proofs.checker.run import Record, Run

OFFICE, AGENCY = "program-office", "ohio-dps"
MAIL, AT = "00000000-0000-5000-8000-000000000001", "2026-03-02T14:00:00Z"
EML = (
    b"Delivered-To: chief@agency.example\r\nTo: chief@agency.example\r\nSubject: news\r\n"
    b"Message-ID: <00000000-0000-5000-8000-000000000001@program.example>\r\n\r\nYou wait.\r\n"
)


def record(topic: str, offset: int, **body: Any) -> Record:
    return Record(topic, 0, offset, b"key", json.dumps(body).encode())


def decided() -> Record:
    notice = {"audience": AGENCY, "outcome": "sent", "message_type": "gov.cri.x.v1"}
    kind, of = "gov.cri.notifications.notice_decided.v1", "gov.cri.intake.request_accepted.v1"
    return record("cri.int.notifications.v1", 0, id="notice-1", type=kind, time=AT,
                  subject="CRI-2026-000001-Z", correlationid="r-1",
                  data={"fact": "fact-1", "fact_type": of, "notices": [notice]})  # fmt: skip


def contact_set() -> Record:
    data = {"participant": AGENCY, "contact_id": "c-1", "email": "chief@agency.example",
            "name": "Chief of the agency"}  # fmt: skip
    kind = "gov.cri.intake.contact_set.v1"
    return record("cri.int.confidential.v1", 0, id="contact-1", type=kind, data=data)


def recorded(*told: Record, mails: Sequence[bytes] = (), rows: Sequence[Any] = ()) -> Run:
    """Return a run with one decided notice, and an office that has listed a provider."""
    topics = {"cri.int.mail.v1": list(told)}
    ins = f"cri.in.{OFFICE}.v1"
    registered = {"id": OFFICE, "kind": "program_office"}
    for each in (
        decided(),
        contact_set(),
        record(ins, 0, id="a", type="gov.cri.participant.register.v1"),
        record(ins, 1, id="b", type="gov.cri.provider.list.v1"),
        record("cri.int.reference.v1", 0, id="c", time="2026-03-02T15:00:00Z", data=registered,
               type="gov.cri.intake.participant_registered.v1", inreplyto=f"{ins}/0/0"),
        record("cri.int.reference.v1", 1, id="d", time="2026-03-02T15:01:00Z", data={"id": "iacp"},
               type="gov.cri.intake.provider_listed.v1", inreplyto=f"{ins}/0/1"),
    ):  # fmt: skip
        topics.setdefault(each.topic, []).append(each)
    return Run(
        topics=topics,
        ends={topic: {"0": [0, len(records)]} for topic, records in topics.items()},
        tables={"notifications": {"mails": list(rows)}},
        mails={f"{place}.eml": mail for place, mail in enumerate(mails)},
    )


@pytest.mark.parametrize(
    "mutation",
    [*of_mails.MUTATIONS, *of_actors.MUTATIONS],
    ids=lambda mutation: str(mutation.says),
)
def test_a_wrong_mail_or_actor_is_noticed(mutation: Mutation) -> None:
    caught = catch(mutation, Bench(recorded(), Random(1)))

    assert not caught.unsound
    assert caught.violations


def told(place: int, kind: str, **data: Any) -> Record:
    full = f"gov.cri.notifications.{kind}.v1"
    return record(
        "cri.int.mail.v1", place, id=f"told-{place}", type=full, data={"mail": MAIL, **data}
    )


def row(state: str) -> dict[str, Any]:
    return {"mail_id": MAIL, "notice": "notice-1", "audience": AGENCY, "contact_id": "c-1",
            "state": state}  # fmt: skip


UNKNOWN = told(0, "notice_outcome_unknown")
AGAIN = told(1, "notice_settled", how="sent_again")
DELIVERED = told(2, "notice_delivered")
OF_NO_MAIL = record("cri.int.mail.v1", 2, id="p", data={"participant": AGENCY},
                    type="gov.cri.notifications.participant_unreachable.v1")  # fmt: skip
COUNTED = told(1, "notice_settled", how="counted_as_delivered")


@pytest.mark.parametrize(
    ("state", "events", "copies"),
    [
        ("accepted", [DELIVERED], 1),
        ("refused", [told(0, "notice_failed")], 0),
        ("refused", [told(0, "notice_failed"),
                     told(1, "notice_settled", how="told_otherwise")], 0),
        ("refused", [told(0, "notice_failed"), told(1, "notice_undelivered"), OF_NO_MAIL], 0),
        ("try_later", [], 0),
        ("outcome_unknown", [UNKNOWN], 0),
        ("outcome_unknown", [UNKNOWN], 1),
        ("counted_as_delivered", [UNKNOWN, COUNTED], 1),
        ("prepared", [UNKNOWN, AGAIN], 1),
        ("accepted", [UNKNOWN, AGAIN, DELIVERED], 2),
        ("outcome_unknown", [UNKNOWN, AGAIN, told(2, "notice_outcome_unknown")], 2),
    ],
)  # fmt: skip
def test_what_may_become_of_a_mail_is_right(
    state: str, events: Sequence[Record], copies: int
) -> None:
    found = list(
        i26_mails_are_decided_once(recorded(*events, mails=[EML] * copies, rows=[row(state)]))
    )

    assert found
    assert [each for each in found if each is not None] == []


def test_what_is_told_of_an_address_or_a_participant_is_not_about_a_mail() -> None:
    others = [
        record("cri.int.mail.v1", 0, id="a", data={"contact": "c", "state": "dead", "mail": MAIL},
               type="gov.cri.notifications.address_state_changed.v1"),
        record("cri.int.mail.v1", 1, id="b", data={"participant": AGENCY},
               type="gov.cri.notifications.participant_unreachable.v1"),
    ]  # fmt: skip
    found = i26_mails_are_decided_once(recorded(*others, rows=[row("try_later")]))

    assert list(found) == [None]


def test_an_unknown_outcome_alone_allows_no_second_copy() -> None:
    broken = recorded(UNKNOWN, mails=[EML] * 2, rows=[row("outcome_unknown")])

    (wrong,) = [each for each in i26_mails_are_decided_once(broken) if each is not None]
    assert "2 copies" in wrong


def test_a_run_without_mail_has_nothing_to_judge() -> None:
    run = recorded()
    run.mails = None

    assert list(i26_mails_are_decided_once(run)) == []
