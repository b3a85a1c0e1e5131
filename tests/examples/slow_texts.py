"""Texts that make a regular expression slow, if any text does."""

import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

_PARSER: Any = import_module("re._parser")
_CONSTANTS: Any = import_module("re._constants")
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_ASSERTIONS = ("AT", "ASSERT", "ASSERT_NOT")
# In order of preference: what stands for a class of characters.
_CHARACTERS = "a0 -_.,:;#\"'\\/{}[]()AZzné٣\u2003\n\t\x00"
SHAPES = {
    "spaces": " ",
    "tabs": "\t",
    "line ends": "\n",
    "wide spaces": "\u2003",
    "small letters": "a",
    "capitals": "A",
    "digits": "0",
    "other digits": "٣",
    "underscores": "_",
    "hyphens": "-",
    "dots": ".",
    "quotation marks": '"',
    "backslashes": "\\",
    "escaped quotation marks": '\\"',
    "opening braces": "{",
    "braces": "{}",
    "opening brackets": "[",
    "letters and hyphens": "a-",
    "letters and dots": "a.",
    "letters and underscores": "a_",
    "digits and hyphens": "0-",
    "digits and dots": "0.",
    "words": "FBI number: ",
    "fields": '"time": "0", ',
    "accents": "é",
}


def texts(pattern: str, flags: int = 0, *, length: int) -> Iterator[str]:
    """
    Yield texts of *length* characters: the general shapes, and the shapes of *pattern* itself.

    A pattern is slow where two repetitions share characters, after what leads to them and before
    what cannot match. So for each of its repetitions there is a text: what leads there, then
    what is repeated, then something that fits nowhere.
    """
    for shape in SHAPES.values():
        yield _filled("", shape, "", length)
    for lead, repeated in dict.fromkeys(_repetitions(_PARSER.parse(pattern, flags), "")):
        for end in ("", "\x00", "!", lead[:1]):
            yield _filled(lead, repeated, end, length)
        if lead:
            yield _filled("", lead, "\x00", length)
        yield _filled("", lead + repeated * 3, "\x00", length)


def _filled(lead: str, repeated: str, end: str, length: int) -> str:
    room = max(0, length - len(lead) - len(end))
    return lead + (repeated * (room // len(repeated) + 1))[:room] + end


def _repetitions(parsed: Sequence[Any], lead: str) -> Iterator[tuple[str, str]]:
    """Yield (prefix, repeated part) for each repetition in each branch."""
    for place, (operation, argument) in enumerate(parsed):
        name = str(operation)
        here = lead + _example(parsed[:place])
        rest = _example(parsed[place + 1 :])
        if name in _REPEATS and argument[1] > 1:
            for character in _examples(argument[2]):
                yield here, character
                yield lead, _example(parsed[:place]) + character + rest
            yield from _repetitions(argument[2], here)
        elif name in _REPEATS:
            yield from _repetitions(argument[2], here)
        else:
            for branch in _inside(name, argument):
                yield from _repetitions(branch, here)
                # The part after a branch can follow each alternative.
                yield from _repetitions(parsed[place + 1 :], here + _example(branch))


def _inside(name: str, argument: Any) -> Sequence[Any]:
    if name == "BRANCH":
        branches: Sequence[Any] = argument[1]
        return branches
    if name in ("SUBPATTERN", "ASSERT", "ASSERT_NOT"):
        return [argument[-1]]
    return [argument] if name == "ATOMIC_GROUP" else []


def _example(parsed: Sequence[Any]) -> str:
    """Return nearly the shortest text that *parsed* matches."""
    return next(_examples(parsed), "")


def _examples(parsed: Sequence[Any]) -> Iterator[str]:
    """Yield a few texts that *parsed* matches or nearly matches."""
    firsts = [next(iter(_of_one(str(name), argument)), "") for name, argument in parsed]
    if len(parsed) != 1:
        yield "".join(firsts)
        return
    ((name, argument),) = parsed
    yield from (text for text in _of_one(str(name), argument) if text)


def _of_one(name: str, argument: Any) -> Sequence[str]:
    if name in _ASSERTIONS:
        return ()
    if name in _REPEATS:
        return (_example(argument[2]) * argument[0],)
    inside = _inside(name, argument)
    if inside:
        return [_example(branch) for branch in inside]
    return [c for c in _CHARACTERS if _is_one(name, argument, c)] or [_literal(name, argument)]


def _is_one(name: str, argument: Any, character: str) -> bool:
    code = ord(character)
    if name == "LITERAL":
        return bool(argument == code)
    if name == "NOT_LITERAL":
        return bool(argument != code)
    if name == "ANY":
        return character != "\n"
    if name == "IN":
        negated = str(argument[0][0]) == "NEGATE"
        return negated != any(_holds(str(kind), value, character) for kind, value in argument)
    return False


def _holds(kind: str, value: Any, character: str) -> bool:
    if kind == "RANGE":
        return bool(value[0] <= ord(character) <= value[1])
    if kind == "CATEGORY":
        letter = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}[str(value).rsplit("_", 1)[1]]
        letter = letter.upper() if "NOT" in str(value) else letter
        return re.fullmatch(letter, character) is not None
    return kind == "LITERAL" and value == ord(character)


def _literal(name: str, argument: Any) -> str:
    if name == "LITERAL":
        return chr(argument)
    if name == "IN" and str(argument[0][0]) in ("LITERAL", "RANGE"):
        kind, value = argument[0]
        return chr(value if str(kind) == "LITERAL" else value[0])
    return ""
