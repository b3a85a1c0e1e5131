"""
One-time codes, which the public desk and notifications derive from the same key.

So no code, and nothing that it could be guessed from, is on a topic or in a database. Pure.
"""

from hashlib import sha256
from hmac import new

DIGITS = 8


def code_of(key: bytes, *, contact: str, about: str, counter: int) -> str:
    """
    Return the code, of 8 digits, that a contact is sent.

    *contact* is the contact's key, ``contact:<participant>:<contact id>``; *about* says what the
    code is for, in one line; a higher *counter* gives a new code.
    """
    named = f"{contact}\n{about}\n{counter}".encode()
    number = int.from_bytes(new(key, named, sha256).digest(), "big")
    return f"{number % 10**DIGITS:0{DIGITS}}"
