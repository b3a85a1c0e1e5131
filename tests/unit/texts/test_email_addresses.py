"""Which email addresses are accepted: those that a mail can be written to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.texts.email_addresses import domain_in_dns, is_email

LONG = ".".join(["a" * 63] * 4)


@pytest.mark.parametrize(
    "address",
    [
        "chief@agency.example",
        "o'brien+desk@police.agency.example",
        "chief@ca\u00f1on.example",
        "chief@\uff41gency.example",
        f"chief@{LONG[:253]}",
    ],
)
def test_an_address_in_the_usual_form_is_accepted(address: str) -> None:
    assert is_email(address)


@pytest.mark.parametrize(
    "domain",
    [
        "a\u2488.org",
        "\u2488.org",
        "a.org\u2488",
        "a_b.org",
        "\u33c2.org",
        f"{LONG[:252]}.a",
        "\u00e9" * 60 + ".org",
    ],
    ids=ascii,
)
def test_a_domain_that_dns_cannot_have_is_refused(domain: str) -> None:
    assert not is_email(f"chief@{domain}")


@given(st.from_regex(r"[\w.-]{1,40}", fullmatch=True))
def test_an_accepted_domain_has_labels_of_1_to_63_characters_in_dns(domain: str) -> None:
    if is_email(f"chief@{domain}"):
        written = domain_in_dns(domain)

        assert written.isascii()
        assert len(written) <= 253
        assert all(1 <= len(label) <= 63 for label in written.split("."))
