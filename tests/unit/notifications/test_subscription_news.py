"""What subscribers are told, when, and with which links."""

from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import SMTP as PARSED
from typing import Any

import pytest

from services.notifications.mail.compose import Letterhead, MailingList, compose
from services.notifications.subscriptions import linked, months, news
from shared.catalog.catalog import Catalog, with_entry
from shared.contracts.links import Gets, Links, is_genuine
from shared.contracts.reference import Calendar, Program
from shared.mail.templates import SOLICITATION, TEMPLATES, WITH_LINKS, render
from tests.examples.solicitations import SOLICITATION as NAME
from tests.examples.solicitations import entry

APRIL = datetime(2026, 4, 1, 12, tzinfo=UTC)
MARCH = datetime(2026, 3, 2, 13, tzinfo=UTC)
IDENTITY = "7d0e6c1a-0f5c-5b83-8b7c-2f1d3c9a4e55"
AUDIENCE = f"subscription:{IDENTITY}"
LINKS = Links("https://desk.example", bytes(range(32)))
HEAD = Letterhead("office@program.example", "The program office", "desk@program.example")


def program(status: str = "open", **changes: Any) -> Program:
    return Program.model_validate(
        {"id": "cri-tac", "name": "Technical Assistance", "status": status, **changes}
    )


def catalog(*entries: Any) -> Catalog:
    found = Catalog()
    for number, each in enumerate(entries, 1):
        found = with_entry(found, number, each)
    return found


def test_e28_a_new_version_is_told_with_what_has_changed() -> None:
    before = catalog(program(), entry())
    after = with_entry(before, 3, entry(version=2, closes_at="2026-05-22T23:59:00-04:00"))

    facts = news.solicitation_facts(before, after, NAME)

    assert facts["what"] == "changed"
    assert facts["changes"] == [
        "Closing: was May 15, 2026, 23:59 UTC-04:00, now May 22, 2026, 23:59 UTC-04:00."
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "Others"),
        ("for", "agencies"),
        ("opens_on", "2026-03-03"),
        ("closes_at", "2026-05-22T23:59:00-04:00"),
        ("url", "https://grants.example/other"),
        ("summary", "Something else."),
        ("status", "closed"),
        ("program", "critical-response"),
    ],
)
def test_every_change_of_a_solicitation_is_told(field: str, value: str) -> None:
    assert len(news.changes(entry(), entry(version=2, **{field: value}))) == 1


def test_a_version_that_says_the_same_has_no_changes() -> None:
    assert news.changes(entry(), entry(version=2)) == []


@pytest.mark.parametrize(
    ("before", "status", "what"),
    [
        (catalog(program()), "open", "new solicitation"),
        (catalog(program(), entry()), "open", "changed"),
        (catalog(program(), entry()), "canceled", "canceled"),
        (catalog(program()), "canceled", "canceled"),
    ],
)
def test_a_mail_says_what_it_is_about(before: Catalog, status: str, what: str) -> None:
    after = with_entry(before, 9, entry(version=2, status=status))

    assert news.solicitation_facts(before, after, NAME)["what"] == what


def update(before: Catalog, after: Catalog) -> news.Update:
    return news.update(before, after, since=MARCH, until=APRIL)


def test_a_program_is_told_when_its_status_has_changed() -> None:
    before = catalog(program("announced"), program(id="other"))
    after = with_entry(before, 3, program("open"))
    renamed = with_entry(before, 3, program("announced", name="Renamed"))

    assert [line.name for line in update(before, after).programs] == ["Technical Assistance"]
    assert update(before, renamed).programs == []


def test_a_program_that_opens_on_its_date_is_told_once() -> None:
    opens = catalog(program("announced", opens_at=datetime(2026, 3, 20, tzinfo=UTC)))

    (line,) = update(opens, opens).programs
    later = news.update(opens, opens, since=APRIL, until=datetime(2026, 5, 1, 12, tzinfo=UTC))

    assert "open" in line.sentence
    assert later.programs == []


def test_without_an_earlier_update_everything_is_new() -> None:
    found = news.update(Catalog(), catalog(program(), entry()), since=None, until=APRIL)

    assert len(found.lines(["monthly_update"], None)) == 2


def test_nothing_new_is_no_line_even_if_a_solicitation_is_open() -> None:
    before = catalog(program(), entry())

    found = update(before, before)

    assert found.lines(["monthly_update"], None) == []
    assert found.lines(["solicitations"], None) == []
    assert [line.is_new for line in found.solicitations] == [False]


def test_who_wants_solicitations_alone_is_told_of_them_alone() -> None:
    before = catalog(program("announced"))
    after = with_entry(with_entry(before, 2, program("open")), 3, entry())

    found = update(before, after)

    assert len(found.lines(["monthly_update"], None)) == 2
    assert [line.name for line in found.lines(["solicitations"], None)] == [entry().title]
    assert len(found.lines(["solicitations"], "cri-tac")) == 1
    assert found.lines(["solicitations"], "critical-response") == []


def test_a_solicitation_that_has_closed_is_told_once_and_then_no_more() -> None:
    before = catalog(program(), entry())
    after = with_entry(before, 3, entry(version=2, status="closed"))

    assert len(update(before, after).solicitations) == 1
    assert update(after, after).solicitations == []


FEDERAL = Calendar(holidays=["2026-07-03", "2026-12-25"])


@pytest.mark.parametrize(
    ("at", "zone", "due"),
    [
        ("2026-04-15T12:00:00Z", "America/New_York", "2026-04-01T08:00:00-04:00"),
        ("2026-03-31T20:00:00Z", "Pacific/Guam", "2026-04-01T08:00:00+10:00"),
        ("2026-08-20T12:00:00Z", "America/New_York", "2026-08-03T08:00:00-04:00"),
        ("2027-01-20T12:00:00Z", "America/Denver", "2027-01-01T08:00:00-07:00"),
    ],
)
def test_an_update_is_due_at_eight_on_the_first_working_day(at: str, zone: str, due: str) -> None:
    found = months.due_at(datetime.fromisoformat(at), zone, FEDERAL)

    assert found == datetime.fromisoformat(due)


def test_a_holiday_is_no_working_day() -> None:
    calendar = Calendar(holidays=["2026-09-01", "2026-12-25"])

    found = months.due_at(datetime(2026, 9, 9, tzinfo=UTC), "America/Chicago", calendar)

    assert found == datetime.fromisoformat("2026-09-02T08:00:00-05:00")


def test_the_links_are_those_that_the_desk_recognizes() -> None:
    gets = Gets(("solicitations",), "at_once", None, date(2026, 3, 2))
    wished = {"kinds": ["solicitations"]}
    facts = linked.facts_of(LINKS, AUDIENCE, "solicitations", wished, gets)

    *_, purpose, identity, kinds, token = facts["confirm_url"].split("/")
    assert (purpose, identity, kinds) == ("confirm", IDENTITY, "solicitations")
    assert is_genuine(token, LINKS.key, "confirm", IDENTITY, ["solicitations"])
    ending = facts["end_url"].rpartition("/")[2]
    assert is_genuine(ending, LINKS.key, "end", IDENTITY, ["solicitations"])
    assert facts["preferences_url"] == LINKS.preferences(IDENTITY, gets)


@pytest.mark.parametrize(
    ("purpose", "identity", "kinds"),
    [
        ("end", IDENTITY, ["solicitations"]),
        ("confirm", IDENTITY, ["monthly_update"]),
        ("confirm", IDENTITY, ["monthly_update", "solicitations"]),
        ("confirm", IDENTITY.replace("7", "8"), ["solicitations"]),
    ],
)
def test_a_token_is_good_for_one_purpose_subscription_and_kind(
    purpose: Any, identity: str, kinds: list[str]
) -> None:
    token = LINKS.confirm(IDENTITY, ["solicitations"]).rpartition("/")[2]

    assert len(token) == 24
    assert not is_genuine(token, LINKS.key, purpose, identity, kinds)
    assert not is_genuine(token, bytes(32), "confirm", IDENTITY, ["solicitations"])
    assert not is_genuine("ö" * 24, LINKS.key, "confirm", IDENTITY, ["solicitations"])


@pytest.mark.parametrize("name", sorted(WITH_LINKS))
def test_each_form_of_a_mail_to_subscribers_has_its_links(name: str) -> None:
    template = TEMPLATES[name]

    rendered = render(template, template.sample, public_url="https://program.example/")

    links = ("confirm_url",) if name == "confirm.v1" else ("preferences_url",)
    for link in links:
        assert template.sample[link] in rendered.text
        assert template.sample[link] in rendered.html


def written(of_list: MailingList | None) -> Any:
    rendered = render(SOLICITATION, SOLICITATION.sample, public_url="https://program.example/")
    mail = compose(
        HEAD,
        "fe55e3a9-235d-5890-b264-5f550b7783c2",
        rendered,
        recipient="chief@agency.example",
        at=APRIL,
        of_list=of_list,
    )
    return mail.content


def test_news_can_be_ended_by_one_click_as_rfc_8058_says() -> None:
    of_list = linked.list_of(LINKS, AUDIENCE, "monthly_update")

    content = written(of_list)

    parsed: Any = message_from_bytes(content, policy=PARSED)
    end_url = LINKS.end(IDENTITY, "monthly_update")
    assert parsed["List-Id"] == "<monthly-update.program.example>"
    assert f"List-Unsubscribe: <{end_url}>\r\n".encode() in content
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert b"=?utf-8" not in content.partition(b"\r\n\r\n")[0]


def test_a_mail_about_the_subscription_itself_is_no_list() -> None:
    assert linked.list_of(LINKS, AUDIENCE, "subscription") is None
    assert b"List-" not in written(None)
