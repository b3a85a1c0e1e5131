"""What a mail looks like, and what is never written into one."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from services.notifications.mail.address import AddressError, ascii_form
from services.notifications.mail.command import preview
from services.notifications.mail.compose import Letterhead, OutgoingMail, compose
from shared.mail.templates import (
    ENVIRONMENT,
    SUBJECT_CHARACTERS,
    TEMPLATES,
    TRIAL,
    Rendered,
    Template,
    render,
)
from shared.texts.email_addresses import is_email

HEAD = Letterhead("office@program.example", "The program office", "desk@program.example")
ID = "7f1a2f0e-0000-4000-8000-000000000001"
AT = datetime(2026, 3, 2, 15, 4, tzinfo=UTC)
URL = "https://program.example/"


def composed(rendered: Rendered, *, recipient: str = "chief@agency.example") -> OutgoingMail:
    return compose(HEAD, ID, rendered, recipient=recipient, at=AT)


def read(mail: OutgoingMail) -> EmailMessage:
    message = message_from_bytes(mail.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_the_headers_say_who_wrote_the_mail_and_that_nobody_should_answer_by_machine() -> None:
    message = read(composed(render(TRIAL, {}, public_url=URL)))

    assert message["From"] == "The program office <office@program.example>"
    assert message["To"] == "chief@agency.example"
    assert message["Reply-To"] == "desk@program.example"
    assert message["Message-ID"] == f"<{ID}@program.example>"
    assert message["Date"].datetime == AT
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"


def test_the_same_mail_composed_again_is_the_same_bytes() -> None:
    rendered = render(TRIAL, {}, public_url=URL)

    assert composed(rendered) == composed(rendered)


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda each: each.name)
def test_each_part_of_a_mail_is_complete_by_itself(template: Template) -> None:
    rendered = render(template, template.sample, public_url=URL)
    message = read(composed(rendered))
    text, html = message.get_body(("plain",)), message.get_body(("html",))

    assert text is not None
    assert html is not None
    assert len(message["Subject"]) <= SUBJECT_CHARACTERS
    assert all(len(line) <= 200 for line in text.get_content().splitlines())
    for part in (text.get_content(), html.get_content()):
        assert URL in part
        assert "emergencies" in part
        assert "{{" not in part
    assert "<script" not in html.get_content()
    assert "<table" not in html.get_content()


def test_a_long_subject_is_shortened() -> None:
    template = Template("trial", 1, "{agency}: your request is waiting", {})

    rendered = render(template, {"agency": "Agency " * 20}, public_url=URL)

    assert len(rendered.subject) == SUBJECT_CHARACTERS
    assert rendered.subject.endswith("…")


def test_a_fact_that_is_missing_is_an_error_and_not_an_empty_place() -> None:
    template = ENVIRONMENT.from_string("{{ sentence }}")

    with pytest.raises(UndefinedError):
        template.render(other="a fact")


def test_a_value_is_never_taken_for_html() -> None:
    shown = ENVIRONMENT.from_string("<p>{{ name }}</p>").render(name="<script>")

    assert shown == "<p>&lt;script&gt;</p>"


@pytest.mark.parametrize("control", ["\r\nBcc: x@y.example", "\nX: y", "\r", "\x00Bcc"])
def test_a_control_character_in_a_header_is_refused(control: str) -> None:
    rendered = Rendered(f"News{control}", "text", "html")

    with pytest.raises(ValueError, match="control character"):
        composed(rendered)


@pytest.mark.parametrize(
    "recipient",
    [
        *("a@b.example\r\nBcc: x@y.example", "<a@b.example>", "a b@c.example", "", "nobody"),
        *("x@a\u2488.org", "x@\u2488.org", "x@a.org\u2488", "x@a..org", "x@.org", "x@a.org."),
        *(".a@b.example", "a..b@c.example", "a.@b.example", "=?utf-8?q?a?=@b.example"),
        *("=?x?q?a?=@b.example", "a.=?utf-8?q?=0ABcc?=@b.example"),
    ],
    ids=ascii,
)
def test_an_address_with_a_meaning_in_a_header_is_refused(recipient: str) -> None:
    with pytest.raises(AddressError):
        composed(Rendered("News", "text", "html"), recipient=recipient)


def test_a_domain_in_other_letters_is_written_as_dns_has_it() -> None:
    assert ascii_form("chief@cañon.example") == "chief@xn--caon-hqa.example"


@given(st.text(max_size=70), st.text(max_size=70), st.sampled_from(["", ".org", "\u2488.org"]))
def test_any_address_is_written_or_refused(local: str, domain: str, end: str) -> None:
    composed_or_refused(f"{local}@{domain}{end}")


@given(
    st.from_regex(r"[^\s@\".,:;<>()\[\]\\]{1,9}(\.[a-z?=_-]{1,9}){0,2}", fullmatch=True),
    st.from_regex(r"\w{1,9}([.-]\w{1,9}){0,3}\.[\w]{1,9}", fullmatch=True),
)
def test_an_accepted_address_is_written_or_refused(local: str, domain: str) -> None:
    if is_email(f"{local}@{domain}"):
        composed_or_refused(f"{local}@{domain}")


def composed_or_refused(address: str) -> None:
    try:
        mail = composed(Rendered("News", "text", "html"), recipient=address)
    except AddressError:
        return
    assert read(mail)["To"] == mail.recipient


@pytest.mark.parametrize("title", ["=?utf-8?q?=0D=0ABcc:_x@y.example?=", "=?x?b?Cg==?="])
def test_an_encoded_word_in_a_title_is_text_and_no_header(title: str) -> None:
    message = read(composed(Rendered(title, "text", "html")))

    assert message["Bcc"] is None
    assert message["Subject"] == title.replace("=?", "= ?")


@pytest.mark.parametrize("space", ["\u00a0", "\u2003", "\u3000", "\ue000"], ids=ascii)
def test_what_a_title_may_hold_fits_into_a_subject(space: str) -> None:
    template = Template("trial", 1, "{title}: changed", {})

    rendered = render(template, {"title": f"Partners{space}wanted"}, public_url=URL)

    assert read(composed(rendered))["Subject"] == "Partners wanted: changed"


@given(st.text(min_size=1, max_size=90))
def test_any_title_fits_into_a_subject(title: str) -> None:
    rendered = render(Template("trial", 1, "{title}", {}), {"title": title}, public_url=URL)

    message = read(composed(rendered))

    assert [name for name in message if name in ("Subject", "Bcc")] == ["Subject"]


def test_a_preview_writes_what_a_person_would_see(tmp_path: Path) -> None:
    written = preview(TRIAL, tmp_path / "mails")

    assert [file.name for file in written] == ["trial.v1.txt", "trial.v1.html", "trial.v1.eml"]
    assert all(file.read_bytes() for file in written)
