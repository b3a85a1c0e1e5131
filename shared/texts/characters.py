"""Folds characters that look alike, and finds those that are invisible."""

import re
from collections.abc import Iterable, Iterator, Sequence
from unicodedata import category, decimal

_FIRST_PLANES = range(0x20000)
_TAGS = range(0xE0000, 0xE0200)
"""All characters that `fold` changes are in these two ranges; a test checks all of Unicode."""
_FULL_WIDTH = range(0xFF01, 0xFF5F)
_LONG_DASHES = frozenset("\u2014\u2015\u2e3a\u2e3b\ufe58")
_OTHER_DASHES = frozenset("\u02d7\u2043\u207b\u208b\u2212\u23af\u2500\u2501\u2796\u30fc\uff70")
_DOTS = frozenset("\u00b7\u2022\u2024\u2027\u2219\u22c5\u3002\u30fb\ufe52\uff61\uff65")
INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols without a glyph; their Unicode category does not show it."""


def fold(character: str) -> str:
    """Return the text that replaces *character* when identifiers are searched for."""
    digit = decimal(character, None)
    if digit is not None:
        return str(digit)
    if character in _LONG_DASHES:
        return "--"  # stands between two words more often than in a number
    kind = category(character)
    if kind == "Pd" or character in _OTHER_DASHES:
        return "-"
    if kind == "Pc":
        return "_"
    if character in _DOTS:
        return "."
    if character.isspace():
        return " "
    if kind in ("Cc", "Cf", "Mn", "Me") or character in INVISIBLE:
        return ""
    return chr(ord(character) - 0xFEE0) if ord(character) in _FULL_WIDTH else character


def _ranges(codes: Iterable[int]) -> Iterator[str]:
    """Yield the ascending *codes* as ranges of a regular expression's character class."""
    begin = end = -2
    for code in codes:
        if code != end + 1:
            if begin >= 0:
                yield f"\\U{begin:08x}-\\U{end:08x}"
            begin = code
        end = code
    yield f"\\U{begin:08x}-\\U{end:08x}"


def _is_invisible(code: int) -> bool:
    return chr(code) in INVISIBLE or category(chr(code)) in ("Cc", "Cf", "Zl", "Zp")


def _fold_code(code: int) -> str | int:
    """Return what replaces a character: its own code, half the size of a text, if nothing does."""
    folded_to = fold(chr(code))
    return code if folded_to == chr(code) else folded_to


# `str.translate` is three times as fast with a list as with a dictionary. The list does not reach
# the tags.
_FOLDS = [_fold_code(code) for code in _FIRST_PLANES]
_TAG = re.compile(f"[{''.join(_ranges(c for c in _TAGS if fold(chr(c)) != chr(c)))}]")
_CODES = (code for codes in (_FIRST_PLANES, _TAGS) for code in codes)
_INVISIBLE = re.compile(f"[{''.join(_ranges(filter(_is_invisible, _CODES)))}]")


def folded(texts: Sequence[str]) -> list[str]:
    """Return *texts* with each character folded, in lower case."""
    if _TAG.search("".join(texts)):
        texts = [_TAG.sub("", text) for text in texts]
    return [text.translate(_FOLDS).lower() for text in texts]


def folded_in_case(text: str) -> str:
    """Return *text* with each character folded; letters keep their case."""
    return _TAG.sub("", text).translate(_FOLDS)


def has_invisible(text: str) -> bool:
    """Tell whether *text* holds an invisible character or one that controls the display."""
    return _INVISIBLE.search(text) is not None


def is_printable_ascii(texts: Sequence[str]) -> bool:
    """Tell whether *texts* hold only printable ASCII."""
    whole = "".join(texts)
    return whole.isascii() and whole.isprintable()
