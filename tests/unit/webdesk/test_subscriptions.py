"""Links of mails are read as they were written, and what people say becomes valid messages."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.webdesk.acts import AboutSubscription, about_subscription, sent_in
from services.webdesk.site.one_click import is_one_click
from services.webdesk.subscriptions.form import asked, normalized
from services.webdesk.subscriptions.links import Link
from shared.contracts.inbound import (
    DATA,
    Inbound,
    SubscriptionChoice,
    SubscriptionConfirmation,
    SubscriptionEnding,
    SubscriptionRequest,
)
from shared.contracts.links import Gets, Links
from shared.web.forms import Form
from tests.examples.webdesk import LINK_KEY, URL

KEY = bytes.fromhex(LINK_KEY)
LINKS = Links(URL, KEY)
SUBSCRIPTION = "7d0e6c1a-0f5c-5b83-8b7c-2f1d3c9a4e55"
BOTH = ("monthly_update", "solicitations")
AT = datetime(2026, 3, 2, 20, 4, tzinfo=UTC)
GETS = Gets(BOTH, "monthly", "cri-tac", AT.date())
SAID: tuple[AboutSubscription, ...] = (
    SubscriptionRequest(address="chief@agency.example", kinds=["solicitations"]),
    SubscriptionConfirmation(subscription_id=SUBSCRIPTION, kinds=["solicitations"]),
    SubscriptionChoice(subscription_id=SUBSCRIPTION, kinds=["solicitations"], cadence="monthly"),
    SubscriptionEnding(subscription_id=SUBSCRIPTION, kinds=["solicitations"], by="link"),
)


@pytest.mark.parametrize(
    ("purpose", "written", "kinds"),
    [
        ("confirm", LINKS.confirm(SUBSCRIPTION, BOTH), BOTH),
        ("end", LINKS.end(SUBSCRIPTION, "solicitations"), ("solicitations",)),
        ("preferences", LINKS.preferences(SUBSCRIPTION), ()),
        ("preferences", LINKS.preferences(SUBSCRIPTION, GETS), ()),
    ],
)
def test_a_link_is_read_as_notifications_wrote_it(
    purpose: Any, written: str, kinds: tuple[str, ...]
) -> None:
    path = written.partition(f"/{purpose}/")[2]
    gets = GETS if "cri-tac" in path else None

    assert Link.read(purpose, path, KEY) == Link(purpose, SUBSCRIPTION, kinds, path, gets)
    assert Link.read(purpose, path, bytes(32)) is None
    for other in {"confirm", "end", "preferences"} - {purpose}:
        assert Link.read(other, path, KEY) is None  # type: ignore[arg-type]


def test_nobody_else_can_say_what_a_subscription_gets() -> None:
    path = LINKS.preferences(SUBSCRIPTION, GETS).partition("/preferences/")[2]

    assert Link.read("preferences", path.replace("cri-tac", "cri-oa"), KEY) is None
    assert Link.read("preferences", path.replace("as-monthly", "as-at_once"), KEY) is None


@pytest.mark.parametrize("data", SAID)
def test_a_message_about_a_subscription_is_valid_and_names_no_address_outside_its_data(
    data: AboutSubscription,
) -> None:
    message = about_subscription(data, "fe55e3a9-235d-5890-b264-5f550b7783c2", at=AT, number=7)
    assert message.value is not None
    read = Inbound.model_validate_json(message.value)

    assert DATA[read.type].model_validate(read.data) == data
    assert (read.subject, message.key) == ("subscriptions", b"subscriptions")
    assert read.actor in ("system:web", f"contact:{SUBSCRIPTION}")
    assert "@" not in read.model_copy(update={"data": {}}).model_dump_json()
    assert sent_in(message.value) is None


def test_an_address_in_another_case_is_the_same() -> None:
    assert normalized(" Chief@Agency.EXAMPLE ") == "chief@agency.example"


def test_a_form_asks_for_what_it_names() -> None:
    found, errors = asked(
        Form({"address": [" chief@agency.example "], "kinds": ["solicitations"], "cadence": [""]}),
        {},
    )

    assert errors == {}
    assert found == SAID[0]


@pytest.mark.parametrize(
    ("body", "header", "expected"),
    [
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded", True),
        (b"List-Unsubscribe=One-Click", "Application/x-www-form-urlencoded; charset=utf-8", True),
        (b"List-Unsubscribe=one", "application/x-www-form-urlencoded", False),
        (b"%ff", "application/x-www-form-urlencoded", False),
        (b"List-Unsubscribe=One-Click", "text/plain", False),
        (
            b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
            b"One-Click\r\n--b--\r\n",
            'multipart/form-data; boundary="b"',
            True,
        ),
        (
            b'--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nOne-Click\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
            False,
        ),
        (b"\xff\xfe", "multipart/form-data", False),
    ],
)
def test_a_click_of_a_mail_program_is_known(body: bytes, header: str, expected: bool) -> None:
    kind = header.partition(";")[0].lower()

    assert is_one_click(body, kind=kind, header=header) is expected
