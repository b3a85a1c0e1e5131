"""The fields that a browser sends, within bounds. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from shared.contracts.refusals import PROTECTED_IDENTIFIER
from shared.texts.characters import has_invisible
from shared.texts.identifiers import holds_identifier

MOST_FIELDS = 300
_OF_BUTTON = frozenset({"csrf", "step"})
_UNSEEN = "There is a character in this line that cannot be seen. Type the line again."
_IDENTIFIER = f"{PROTECTED_IDENTIFIER.message} {PROTECTED_IDENTIFIER.fix}"


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, each with its values in order."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return the first value of *name* without surrounding white space; empty if absent."""
        return next(iter(self.fields.get(name, ())), "").strip()

    def all(self, name: str) -> list[str]:
        """Return all values of *name* that are not empty."""
        return [value for each in self.fields.get(name, ()) if (value := each.strip())]

    def pairs(self) -> list[tuple[str, str]]:
        """Return every field with each of its values, to be sent again with another button."""
        return [
            (name, value)
            for name, values in self.fields.items()
            if name not in _OF_BUTTON
            for value in values
        ]


def parse(body: bytes) -> Form:
    """Return the form in *body*; CRLF becomes LF. Raises ValueError if it is malformed."""
    text = body.decode("ascii")
    found = parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    if "\0" in "".join(name + "".join(values) for name, values in found.items()):
        raise ValueError("a character that no text has")
    return Form(
        {name: [value.replace("\r\n", "\n") for value in values] for name, values in found.items()}
    )


def unseen_in(lines: Mapping[str, str]) -> dict[str, str]:
    """Return what to say of each of *lines* with a line break or another unseen character."""
    return {name: _UNSEEN for name, line in lines.items() if has_invisible(line)}


def identifiers_in(texts: Mapping[str, str]) -> dict[str, str]:
    """
    Return what to say of each field of *texts* that seems to hold a Social Security or FBI number.

    Intake refuses such a text as well, but by then it has been stored and sent.
    """
    return {name: _IDENTIFIER for name, text in texts.items() if holds_identifier(text)}
