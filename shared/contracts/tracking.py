"""Tracking numbers such as ``CRI-2026-000123-K``: what people read out on the telephone."""

import re

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FORM = re.compile(r"CRI-[0-9]{4}-[0-9]{6,12}-[0-9A-Z]")


def check_character(digits: str) -> str:
    """Return the ISO/IEC 7064 MOD 37,36 check character of *digits* (digits and capitals)."""
    product = 36
    for character in digits:
        total = (product + _ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return _ALPHABET[(37 - product) % 36]


def tracking_number(year: int, counter: int) -> str:
    """Return the tracking number of the *counter*-th request; six digits or more, never fewer."""
    digits = f"{counter:06d}"
    return f"CRI-{year}-{digits}-{check_character(f'{year}{digits}')}"


def is_tracking_number(text: str) -> bool:
    """Tell whether *text* has the form of a tracking number and its check character fits."""
    parts = text.split("-")
    if len(parts) != 4 or parts[0] != "CRI" or not (text.isascii() and len(text) <= 40):
        return False
    year, digits, check = parts[1:]
    if not (year.isdigit() and len(year) == 4 and digits.isdigit() and len(digits) >= 6):
        return False
    return check == check_character(year + digits)


def names_request(subject: str) -> bool:
    """
    Tell whether *subject*, of an event of ours, is a tracking number.

    Its check character fits: it was computed when the number was given out.
    """
    return _FORM.fullmatch(subject) is not None


def tracking_number_in(identifier: str) -> str | None:
    """Return the tracking number an offer or engagement id begins with, if it has one."""
    head = "-".join(identifier.split("-")[:4])
    return head if is_tracking_number(head) else None
