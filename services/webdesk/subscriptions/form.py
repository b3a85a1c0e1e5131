"""The form for news: one address, and which news to send there. Pure."""

from collections.abc import Mapping
from typing import Any, TypeVar

from shared.contracts.codes import CODES
from shared.contracts.inbound import SubscriptionChoice, SubscriptionRequest
from shared.texts.email_addresses import is_email
from shared.web.fields import Field, Fields
from shared.web.forms import Form

KINDS: Mapping[str, str] = {
    code: meaning.rstrip(".") for code, meaning in CODES["subscription_kinds"].items()
}
"""The kinds of news, in words."""
SOLICITATIONS = "solicitations"
"""The kind of news that has a cadence and a program."""
CADENCES: Mapping[str, str] = {
    code: meaning.rstrip(".") for code, meaning in CODES["cadences"].items()
}
_NO_ADDRESS = "Enter one email address, such as name@agency.example."
_NO_PROGRAM = "Choose a program from the list, or all programs."
ADDRESS = Field("address", "Email address", ("address",), needed=True, most=254,
                autocomplete="email", wrong=_NO_ADDRESS)  # fmt: skip
WISHES = (
    Field("kinds", "What news do you want?", ("kinds",), "checks", KINDS, needed=True,
          wrong="Choose at least one."),
    Field("cadence", "How do you want to get solicitations and reports?", ("cadence",), "choice",
          CADENCES, wrong="Choose one from the list."),
    Field("program", "Which program's solicitations do you want?", ("program",), "choice",
          "programs", wrong=_NO_PROGRAM),
)  # fmt: skip
FIELDS = Fields((ADDRESS, *WISHES))
_CHOICES = Fields(WISHES)
Said = TypeVar("Said", SubscriptionRequest, SubscriptionChoice)


def asked(
    form: Form, programs: Mapping[str, str]
) -> tuple[SubscriptionRequest | None, dict[str, str]]:
    """Return what *form* asks for; else None, and what is wrong, by field."""
    data, errors = FIELDS.read(form)
    address = form.text("address")
    if address and not is_email(address):
        errors.setdefault("address", _NO_ADDRESS)
    return _judged(SubscriptionRequest, FIELDS, form, data, errors, programs)


def chosen(
    form: Form, programs: Mapping[str, str], *, subscription_id: str
) -> tuple[SubscriptionChoice | None, dict[str, str]]:
    """Return what *form* chooses for a subscription; else None, and what is wrong, by field."""
    data, errors = _CHOICES.read(form)
    data["subscription_id"] = subscription_id
    return _judged(SubscriptionChoice, _CHOICES, form, data, errors, programs)


def _judged(
    model: type[Said],
    fields: Fields,
    form: Form,
    data: Mapping[str, Any],
    errors: dict[str, str],
    programs: Mapping[str, str],
) -> tuple[Said | None, dict[str, str]]:
    if (program := form.text("program")) and program not in programs:
        errors["program"] = _NO_PROGRAM
    said = fields.judge(model, data, errors)
    if errors:
        return None, fields.in_order(errors)
    assert isinstance(said, model)
    return said, {}


def normalized(address: str) -> str:
    """Return *address* as limits count it: upper and lower case make no difference."""
    return address.strip().lower()
