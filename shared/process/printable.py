"""Makes untrusted text safe to print on a terminal."""

from itertools import chain

# Invisible characters that Python calls printable: fillers, joiners, variation selectors, blanks.
_INVISIBLE = frozenset(
    chain(
        (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),
        range(0x180B, 0x1810),
        range(0xFE00, 0xFE10),
        range(0xE0100, 0xE01F0),
    )
)


def printable(text: str) -> str:
    r"""
    Return *text* on one line, with control and invisible characters escaped.

    Escape sequences, line ends, bidirectional controls and zero-width characters could move the
    cursor, forge a line or reorder text: they become ``\x1b``, ``\u202e`` and so on.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if _is_shown(character) else _escape(character) for character in text)


def _is_shown(character: str) -> bool:
    return character.isprintable() and ord(character) not in _INVISIBLE


def _escape(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
