"""The form for news: one address, and what is wished. Pure."""

from collections.abc import Mapping

from shared.contracts.codes import CODES
from shared.contracts.inbound import SubscriptionRequest
from shared.texts.email_addresses import is_email
from shared.web.fields import Field, Fields
from shared.web.forms import Form

KINDS: Mapping[str, str] = {
    code: meaning.rstrip(".") for code, meaning in CODES["subscription_kinds"].items()
}
"""The kinds of news, in words."""
CADENCES: Mapping[str, str] = {
    code: meaning.rstrip(".") for code, meaning in CODES["cadences"].items()
}
_NO_ADDRESS = "Give one email address, such as name@agency.example."
_NO_PROGRAM = "Choose a program of the list, or all of them."
ADDRESS = Field("address", "Email address", ("address",), needed=True, most=254,
                autocomplete="email", wrong=_NO_ADDRESS)  # fmt: skip
WISHES = (
    Field("kinds", "What you want", ("kinds",), "checks", KINDS, needed=True,
          wrong="Choose at least one."),
    Field("cadence", "When you want solicitations", ("cadence",), "choice", CADENCES,
          wrong="Choose one of the list."),
    Field("program", "Solicitations of", ("program",), "choice", "programs", wrong=_NO_PROGRAM),
)  # fmt: skip
FIELDS = Fields((ADDRESS, *WISHES))


def judge(
    form: Form, programs: Mapping[str, str]
) -> tuple[SubscriptionRequest | None, dict[str, str]]:
    """Return what *form* asks for; else None, and what is wrong, by field."""
    data, errors = FIELDS.read(form)
    address, program = form.text("address"), form.text("program")
    if address and not is_email(address):
        errors.setdefault("address", _NO_ADDRESS)
    if program and program not in programs:
        errors["program"] = _NO_PROGRAM
    asked = FIELDS.judge(SubscriptionRequest, data, errors)
    if errors:
        return None, FIELDS.in_order(errors)
    assert isinstance(asked, SubscriptionRequest)
    return asked, {}


def normalized(address: str) -> str:
    """Return *address* as limits count it: written in another case, it is the same."""
    return address.strip().lower()
