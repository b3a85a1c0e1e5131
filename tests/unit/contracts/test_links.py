"""Two deployments derive the same token of a link, and nobody else can."""

import re
from base64 import urlsafe_b64decode
from datetime import date

import pytest

from shared.contracts.links import OFFER_PATH, Gets, Links, read_key, token

KEY = bytes(range(32))
LINKS = Links("https://desk.example", KEY)
OFFER = "CRI-2026-000042-J-O1"
CONTACT, ADDRESS = "contact:web-desk:WEB-7F3K9QZ2MX", "chief@alturas.example"


def test_a_status_link_has_a_token_of_24_characters_of_a_url() -> None:
    assert re.fullmatch(
        r"https://desk\.example/s/[A-Za-z0-9_-]{24}", LINKS.status(CONTACT, ADDRESS)
    )


def test_it_is_for_one_contact_as_long_as_that_has_its_address() -> None:
    tokens = {
        LINKS.status_token(CONTACT, ADDRESS),
        LINKS.status_token(CONTACT, "deputy@alturas.example"),
        LINKS.status_token("contact:web-desk:WEB-0000000000", ADDRESS),
        Links("https://desk.example", KEY[::-1]).status_token(CONTACT, ADDRESS),
        token(KEY, "preferences", CONTACT, ()),
    }

    assert len(tokens) == 5
    assert LINKS.status_token(CONTACT, ADDRESS.upper()) in tokens


@pytest.mark.parametrize(
    "gets",
    [
        Gets((), None, None, date(2026, 3, 2)),
        Gets(("monthly_update",), "at_once", None, date(2026, 3, 2)),
        Gets(("monthly_update", "solicitations"), "monthly", "cri-tac", date(2026, 12, 31)),
    ],
)
def test_what_a_subscription_gets_is_read_back_in_any_order(gets: Gets) -> None:
    assert Gets.read(sorted(gets.parts())) == gets
    assert Gets.read([]) is None


def test_the_key_is_shown_nowhere() -> None:
    assert repr(KEY) not in repr(LINKS)
    assert read_key(KEY.hex()) == KEY


@pytest.mark.parametrize("written", ["", "ab" * 31, "x" * 64])
def test_a_key_that_is_too_short_or_none_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="at least 32 bytes in hexadecimal"):
        read_key(written)


def test_a_link_to_an_offer_names_it_and_the_contact_and_has_a_token() -> None:
    link = LINKS.offer(OFFER, "noble", "desk/1 é")
    start, offer, provider, contact, token = link.rsplit("/", 4)

    assert start == f"https://desk.example{OFFER_PATH}"
    assert (offer, provider) == (OFFER, "noble")
    assert urlsafe_b64decode(contact).decode() == "desk/1 é"
    assert token == LINKS.offer_token(OFFER, "noble", "desk/1 é")
    assert link.isascii()


def test_its_token_is_good_for_nothing_else() -> None:
    tokens = {
        LINKS.offer_token(OFFER, "noble", "desk"),
        LINKS.offer_token(f"{OFFER}1", "noble", "desk"),
        LINKS.offer_token(OFFER, "other", "desk"),
        LINKS.offer_token(OFFER, "noble", "other"),
        LINKS.offer_token(OFFER, "desk", "noble"),
        Links("https://desk.example", KEY[::-1]).offer_token(OFFER, "noble", "desk"),
        LINKS.status_token("noble", "desk"),
    }

    assert len(tokens) == 7
