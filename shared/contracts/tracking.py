"""Tracking numbers such as ``CRI-2026-000123-K``, which people read out on the phone."""

import re

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FORM = re.compile(r"CRI-[0-9]{4}-[0-9]{6,12}-[0-9A-Z]")


def check_character(digits: str) -> str:
    """Return the ISO/IEC 7064 MOD 37,36 check character of *digits* (digits and capitals)."""
    product = 36
    for character in digits:
        total = (product + ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return ALPHABET[(37 - product) % 36]


def tracking_number(year: int, counter: int) -> str:
    """Return the tracking number of the *counter*-th request, with at least six digits."""
    digits = f"{counter:06d}"
    return f"CRI-{year}-{digits}-{check_character(f'{year}{digits}')}"


def is_tracking_number(text: str) -> bool:
    """Return whether *text* is a tracking number with a correct check character."""
    parts = text.split("-")
    if len(parts) != 4 or parts[0] != "CRI" or not (text.isascii() and len(text) <= 40):
        return False
    year, digits, check = parts[1:]
    if not (year.isdigit() and len(year) == 4 and digits.isdigit() and len(digits) >= 6):
        return False
    return check == check_character(year + digits)


def names_request(subject: str) -> bool:
    """
    Return whether *subject*, of one of Continuum's own events, is a tracking number.

    Cheaper than `is_tracking_number`: Continuum computed the check character itself.
    """
    return _FORM.fullmatch(subject) is not None


def tracking_number_in(identifier: str) -> str | None:
    """Return the tracking number that an offer or engagement id begins with, if any."""
    head = "-".join(identifier.split("-")[:4])
    return head if is_tracking_number(head) else None
