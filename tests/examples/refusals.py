"""The catalog of refusals by name, and a check whether a text was made from a template."""

import re
from string import Formatter

from shared.contracts import refusals
from shared.contracts.intake import Reason
from shared.contracts.refusals import Refusal

CATALOG = {name: value for name, value in vars(refusals).items() if isinstance(value, Refusal)}


def fields_of(refusal: Refusal) -> set[str]:
    """Return the names of the fields in the texts of *refusal*."""
    parts = [*Formatter().parse(refusal.message), *Formatter().parse(refusal.fix)]
    return {name for _, name, *_ in parts if name is not None}


def is_from(refusal: Refusal, reason: Reason) -> bool:
    """Tell whether *reason* has the code and the texts of *refusal*."""
    if reason.code not in (refusal.code, refusal.in_envelope.code):
        return False
    return _is_filled(refusal.message, reason.message) and _is_filled(refusal.fix, reason.fix)


def _is_filled(template: str, text: str) -> bool:
    parts = Formatter().parse(template)
    pattern = "".join(re.escape(part) + (".+" if field else "") for part, field, *_ in parts)
    return re.fullmatch(pattern, text) is not None
