"""Reads the form of a POST, within bounds."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from shared.texts.characters import has_invisible
from shared.texts.identifiers import holds_identifier

MOST_BYTES = 512 * 1024
MOST_FIELDS = 300
SECONDS = 10.0
_OF_BUTTON = frozenset({"csrf", "step"})
_TYPE = "application/x-www-form-urlencoded"
_TOO_LARGE = "What you sent is too large. Shorten the longest texts and send it again."
_UNREADABLE = "What your browser sent cannot be read. Go back and send it again."
_UNSEEN = "There is a character in this line that cannot be seen. Type the line again."
_IDENTIFIER = "This text seems to hold a Social Security or FBI number. Leave it out."


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


async def read_form(request: Request) -> Form:
    """Return the form of *request*; raise 400, 408, 413 or 415 for one that cannot be read."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _TYPE:
        raise HTTPException(415, _UNREADABLE)
    body = bytearray()
    try:
        async with asyncio.timeout(SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > MOST_BYTES:
                    raise HTTPException(413, _TOO_LARGE)
    except TimeoutError as error:
        raise HTTPException(408, _UNREADABLE) from error
    except ClientDisconnect as error:
        raise HTTPException(400, _UNREADABLE) from error
    try:
        return parse(bytes(body))
    except ValueError as error:
        raise HTTPException(400, _UNREADABLE) from error


def parse(body: bytes) -> Form:
    """Return the form in *body*, line ends as one character. Raises ValueError."""
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
