r"""
Patterns that make a schema agree with intake, in the syntax that regular expressions share.

They hold no look-around, no flag and no class such as ``\p{Cf}``, which some languages lack.
Characters beyond ASCII stand for themselves. In Python, Java and .NET, ``$`` also lets a line
break at the very end pass; a full match does not.
"""

from collections.abc import Iterable

_YEAR = "(19|20|21)[0-9]{2}"
_DAY = f"{_YEAR}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_OFFSET = "([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
DATE = f"^{_DAY}$"
TIME = rf"^{_DAY}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{{1,9}})?{_OFFSET}$"
_INVISIBLE = (
    (0x00, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x600, 0x605), (0x61C, 0x61C), (0x6DD, 0x6DD),
    (0x70F, 0x70F), (0x890, 0x891), (0x8E2, 0x8E2), (0x115F, 0x1160), (0x180E, 0x180E),
    (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x2064), (0x2066, 0x206F), (0x2800, 0x2800),
    (0x3164, 0x3164), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF9, 0xFFFB),
)  # fmt: skip
"""Control, bidirectional and invisible characters of Unicode's first plane."""
_SPACE = (
    (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x202F, 0x202F),
    (0x205F, 0x205F), (0x3000, 0x3000),
)  # fmt: skip
"""White space that is not a control character."""


def _class(ranges: Iterable[tuple[int, int]]) -> str:
    return "".join(
        _character(first) if first == last else f"{_character(first)}-{_character(last)}"
        for first, last in ranges
    )


def _character(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else chr(code)


_MIDDLE = f"[^{_class(_INVISIBLE)}]"
_END = f"[^{_class((*_INVISIBLE, *_SPACE))}]"
LINE = f"^{_END}({_MIDDLE}*{_END})?$"
"""A line: it begins and ends with something visible, and holds no invisible character."""
EMPTY_OR_LINE = f"^({_END}({_MIDDLE}*{_END})?)?$"
TEXT = r"^[^\x00]*$"
"""A text: anything but NUL."""
EXACT = 2**53 - 1
"""The largest integer that every JSON reader takes exactly."""
