"""What a contact's digest tells, and what becomes of the mails that it stands for."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notifications.mail.digest import LINES, Waiting, digest_of
from services.notifications.mail.life import NEWS, OFFER_END, STATUS, Mail, Other, told_together
from services.notifications.mail.obligations import FILLED, PreparedMail
from shared.contracts.event import derived_id
from shared.contracts.notifications import NoticeCancelled
from shared.contracts.outbound import TYPES
from shared.mail.templates import TEMPLATES, render

DUE = datetime(2026, 3, 4, 15, tzinfo=UTC)


def waiting(
    number: int,
    about: str,
    words: str,
    *others: Other,
    kind: str = STATUS,
    digest_at: datetime = DUE,
) -> Waiting:
    facts: dict[str, Any] = {"tracking_number": about, "sentence": f"Sentence {number}."}
    facts |= {"status_words": words} if kind == STATUS else {"about": words}
    mail = Mail(
        mail_id=derived_id("mail", "m", about, number),
        notice=derived_id("notice", "n", about, number),
        audience="ca-post",
        contact_id="c-1",
        correlation=f"request-{about}",
        key=about.encode(),
        published=0,
        tries=0,
        first_tried_at=DUE,
        prepared_at=DUE - timedelta(hours=number),
    )
    return Waiting(mail, f"fact-{number}", about, number, kind, facts, others, digest_at)


LATER = Other(STATUS, "prepared", True)
TUESDAY = (
    waiting(1, "CRI-A", "your request is waiting", LATER),
    waiting(2, "CRI-B", "your request is waiting"),
    waiting(3, "CRI-A", "a provider was asked"),
    waiting(4, "CRI-C", "a provider was asked", LATER),
    waiting(5, "CRI-C", "a provider has accepted"),
)


def mail_of(*each: Waiting) -> PreparedMail:
    found = digest_of(each).mail
    assert found is not None
    return found


def test_e17_a_digest_names_each_request_once_with_its_newest_state() -> None:
    made = digest_of(TUESDAY)
    mail = mail_of(*TUESDAY)
    rendered = render(TEMPLATES[mail.template], json.loads(mail.facts), public_url="https://x/")

    assert rendered.subject == "What is new: 3 requests"
    told = [line["tracking_number"] for line in json.loads(mail.facts)["lines"]]
    assert told == ["CRI-B", "CRI-A", "CRI-C"]
    for part in (rendered.text, rendered.html):
        assert "a provider has accepted" in part
        assert part.count("a provider was asked") == 1
    assert [each.mail_id for each in made.told] == [TUESDAY[n].mail.mail_id for n in (1, 2, 4)]
    assert made.not_told == [(TUESDAY[0].mail, "overtaken"), (TUESDAY[3].mail, "overtaken")]


def test_e17_where_everything_is_overtaken_there_is_no_digest() -> None:
    over = waiting(2, "CRI-A", "the offer has lapsed", Other("offer", "cancelled", False),
                   kind=OFFER_END)  # fmt: skip

    made = digest_of([TUESDAY[0], over])

    assert made.mail is None
    assert [because for _, because in made.not_told] == ["overtaken", "never_told"]


def test_of_each_kind_of_news_about_a_request_the_newest_is_told() -> None:
    each = [
        waiting(1, "CRI-A", "a date has moved", kind=NEWS),
        waiting(2, "CRI-A", "somebody is late", kind=NEWS),
        waiting(3, "CRI-A", "somebody is late", kind=NEWS),
    ]

    facts = json.loads(mail_of(*each).facts)

    assert facts["count"] == "1 request"
    assert [line["sentence"] for line in facts["lines"]] == ["Sentence 1.", "Sentence 3."]


def news(number: int, name: str, data: dict[str, Any]) -> Waiting:
    """Return what waits about the message *name* with *data*."""
    said = {"tracking_number": "CRI-A", "sentence": f"Sentence {number}.", **data}
    filled = FILLED[TYPES[name]](said)
    facts = json.loads(json.dumps(filled.facts))
    return waiting(number, "CRI-A", "", kind=filled.kind)._replace(facts=facts)


REPORT, PROGRESS = {"report_id": "initial-2027"}, {"kind": "progress", "due_on": "2027-04-30"}


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("fact_check_asked", REPORT, {"report_id": "progress-1"}),
        ("reply_asked", REPORT, {"report_id": "progress-1"}),
        ("report_status", REPORT, {"report_id": "progress-1"}),
        ("publication_late", PROGRESS, PROGRESS | {"kind": "status_update"}),
        ("publication_late", PROGRESS, PROGRESS | {"due_on": "2027-07-31"}),
        ("clock_late", {"clock": "silence"}, {"clock": "rehome"}),
        ("offer_lapsed", {"offer_id": "CRI-A-O1"}, {"offer_id": "CRI-A-O2"}),
        ("engagement_affected", {"engagement_id": "CRI-A-E1"}, {"engagement_id": "CRI-A-E2"}),
        ("came_too_late", {"record": "cri.in.a.v1/0/1"}, {"record": "cri.in.a.v1/0/2"}),
    ],
)
def test_news_about_two_things_of_one_request_are_both_told(
    name: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    each = [news(1, name, first), news(2, name, second), news(3, name, second)]

    made, facts = digest_of(each), json.loads(mail_of(*each).facts)

    assert [line["sentence"] for line in facts["lines"]] == ["Sentence 1.", "Sentence 3."]
    assert facts["count"] == "1 request"
    assert made.not_told == [(each[1].mail, "overtaken")]


def test_what_becomes_of_a_version_overtakes_what_became_of_the_one_before() -> None:
    each = [news(n, "report_status", REPORT | {"version": n}) for n in (1, 2)]

    (line,) = json.loads(mail_of(*each).facts)["lines"]

    assert line["sentence"] == "Sentence 2."


def test_e18_a_digest_made_twice_is_the_same_mail() -> None:
    again = mail_of(waiting(9, "CRI-Z", "your request is waiting"))
    tomorrow = waiting(9, "CRI-Z", "a provider was asked", digest_at=DUE + timedelta(days=1))

    assert mail_of(*TUESDAY).mail_id == again.mail_id
    assert mail_of(*TUESDAY, tomorrow).mail_id != again.mail_id


def test_a_digest_is_told_by_the_contacts_key_and_the_last_notice() -> None:
    mail = mail_of(*TUESDAY)

    assert mail.key == b"contact:ca-post:c-1"
    assert mail.notice == TUESDAY[4].mail.notice
    assert mail.timing == "must"


def test_what_a_digest_tells_names_it() -> None:
    step = told_together(TUESDAY[1].mail, mail_of(*TUESDAY).mail_id, at=DUE)

    assert step.state == "cancelled"
    assert isinstance(step.event, NoticeCancelled)
    assert step.event.data.because == "told_together"
    assert step.event.data.together_with == mail_of(*TUESDAY).mail_id


def test_more_lines_than_a_mail_should_have_are_counted() -> None:
    many = [waiting(n, f"CRI-{n}", "your request is waiting") for n in range(LINES + 3)]

    made, facts = digest_of(many), json.loads(mail_of(*many).facts)

    assert (len(facts["lines"]), facts["more"]) == (LINES, 3)
    assert facts["count"] == f"{LINES + 3} requests"
    assert len(made.told) == LINES + 3
