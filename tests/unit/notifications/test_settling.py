from datetime import UTC, datetime
from typing import Any, cast

import pytest

from services.notifications.mail import life
from services.notifications.mail.life import Mail, Other
from services.notifications.mail.settling import Call, Settling
from shared.contracts import refusals
from shared.contracts.intake import NoticeSettleDirected
from tests.examples.facts import AGENCY, AT, OFFICE, WHY, Log

MAIL = "fe55e3a9-235d-5890-b264-5f550b7783c2"
NOTICE = "9b3c5e78-0d12-56c7-9fd1-72eb5d8de067"
OF_NOTICE = {"notice": NOTICE, "audience": AGENCY, "how": "told_otherwise"}


def mail() -> Mail:
    tried = datetime(2026, 3, 2, tzinfo=UTC)
    return Mail(MAIL, NOTICE, AGENCY, "c-1", "request", b"request", 1, 1, tried, tried)


def directed(**data: Any) -> NoticeSettleDirected:
    event = Log().settle(actor="staff:k7f2", **data or {"mail": MAIL})
    return cast(NoticeSettleDirected, event)


def call() -> Call:
    return Call(NOTICE, AGENCY, "fact", "request")


def settling() -> Settling:
    subject = f"mail:{MAIL}"
    return Settling({subject}, {subject: mail()})


@pytest.mark.parametrize(
    ("how", "state"),
    [("counted_as_delivered",) * 2, ("dropped",) * 2, ("sent_again", "prepared")],
)
def test_a_mail_of_unknown_outcome_is_settled_by_whom_and_how(how: str, state: str) -> None:
    found, event = settling(), directed(mail=MAIL, how=how)

    settled = found.settle(event, at=AT)

    assert settled is not None
    _, told = settled
    assert (told.actor, told.participant, told.data.how) == ("staff:k7f2", OFFICE, how)
    assert (told.subject, told.number, told.causationid) == (f"mail:{MAIL}", 2, event.id)
    assert WHY not in told.model_dump_json()
    (kept,) = found.settled
    assert (kept.mail_id, kept.state, kept.published, kept.why) == (MAIL, state, 2, WHY)


def test_a_settlement_is_refused_once_the_mail_is_settled() -> None:
    found = settling()
    assert found.refusal(directed()) is None
    found.settle(directed(), at=AT)

    again = directed()

    assert found.refusal(again) is refusals.OUTCOME_KNOWN
    assert found.settle(again, at=AT) is None
    assert len(found.settled) == 1


def test_a_settlement_of_what_nobody_knows_is_refused() -> None:
    assert Settling().refusal(directed()) is refusals.UNKNOWN_MAIL
    assert Settling().refusal(directed(**OF_NOTICE)) is refusals.UNKNOWN_MAIL


def test_a_notice_that_reached_somebody_is_refused() -> None:
    found = Settling({f"notice:{NOTICE}:{AGENCY}"})

    assert found.refusal(directed(**OF_NOTICE)) is refusals.NOTICE_NOT_FAILED


def test_a_notice_that_was_told_otherwise_leaves_its_mail_failed() -> None:
    subject = f"notice:{NOTICE}:{AGENCY}"
    found = Settling({subject}, {subject: mail()})

    settled = found.settle(directed(**OF_NOTICE), at=AT)

    assert settled is not None
    assert settled[1].data.how == "told_otherwise"
    assert found.settled[0].state is None


def test_a_call_is_settled_once_and_says_who_called_without_the_words() -> None:
    found = Settling({call().subject}, {call().subject: call()})
    event = directed(**OF_NOTICE)
    assert found.refusal(event) is None

    settled = found.settle(event, at=AT)

    assert settled is not None
    key, told = settled
    assert (key, told.subject, told.number) == (b"request", f"notice:{NOTICE}:{AGENCY}", 1)
    assert told.data.model_dump(exclude_none=True) == OF_NOTICE
    assert (told.actor, told.participant) == ("staff:k7f2", OFFICE)
    assert WHY not in told.model_dump_json()
    (kept,) = found.settled
    assert (kept.mail_id, kept.notice, kept.audience, kept.why) == (None, NOTICE, AGENCY, WHY)
    assert found.refusal(directed(**OF_NOTICE)) is refusals.NOTICE_NOT_FAILED
    assert found.settle(directed(**OF_NOTICE), at=AT) is None


def test_a_call_that_a_restored_database_decides_only_later_stays_settled() -> None:
    event = directed(**OF_NOTICE)
    found = Settling(announced={event.id})

    assert found.refusal(event) is None
    assert found.settle(event, at=AT) is None
    (kept,) = found.settled
    assert (kept.event, kept.mail_id, kept.notice) == (event.id, None, NOTICE)


def test_a_settlement_that_was_announced_before_a_restore_stands_and_is_not_told_again() -> None:
    event = directed()
    known, unknown = settling(), Settling()
    known.announced = unknown.announced = {event.id}

    assert known.refusal(event) is unknown.refusal(event) is None
    assert known.settle(event, at=AT) is unknown.settle(event, at=AT) is None
    assert [each.mail_id for each in known.settled] == [MAIL]
    assert unknown.settled == []


def test_who_was_not_asked_as_the_offer_was_dropped_need_not_hear_that_it_is_over() -> None:
    dropped = Other(life.OFFER, "dropped", is_later=False)
    counted = Other(life.OFFER, "counted_as_delivered", is_later=False)

    assert life.not_needed(life.OFFER_END, [dropped]) == life.NEVER_TOLD
    assert life.not_needed(life.OFFER_END, [counted]) is None
