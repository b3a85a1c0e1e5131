"""A code follows from the key and what it is for, and from nothing else."""

import hashlib
import hmac
from collections import Counter

import pytest

from shared.one_time_codes import code_of

KEY = b"k" * 32
CONTACT, MATTER = "contact:web-desk:web-1", "WEB-7Q2K9M4T1X"


def test_both_sides_derive_the_same_code_of_eight_digits() -> None:
    named = b"contact:web-desk:web-1\nWEB-7Q2K9M4T1X\n1"
    whole = int(hmac.new(KEY, named, hashlib.sha256).hexdigest(), 16)

    assert code_of(KEY, contact=CONTACT, about=MATTER, counter=1) == str(whole)[-8:]


@pytest.mark.parametrize(
    ("key", "contact", "about", "counter"),
    [
        (b"o" * 32, CONTACT, MATTER, 1),
        (KEY, "contact:noble:web-1", MATTER, 1),
        (KEY, CONTACT, "CRI-2026-000042-J", 1),
        (KEY, CONTACT, MATTER, 2),
    ],
)
def test_whatever_differs_gives_another_code(
    key: bytes, contact: str, about: str, counter: int
) -> None:
    first = code_of(KEY, contact=CONTACT, about=MATTER, counter=1)

    assert code_of(key, contact=contact, about=about, counter=counter) != first


def test_codes_may_begin_with_any_digit() -> None:
    codes = [code_of(KEY, contact="c", about="a", counter=each) for each in range(2000)]

    assert {len(code) for code in codes} == {8}
    firsts = Counter(code[0] for code in codes)
    assert min(firsts[str(digit)] for digit in range(10)) > 100
