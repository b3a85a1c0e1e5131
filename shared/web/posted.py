"""Reads the form of a POST, within bounds of size and time."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from shared.web.forms import Form, parse

MOST_BYTES = 512 * 1024
SECONDS = 10.0
FORM = "application/x-www-form-urlencoded"
_TOO_LARGE = "What you sent is too large. Shorten the longest texts and send it again."
_UNREADABLE = "We cannot read what your browser sent. Go back and send it again."


async def read_form(request: Request) -> Form:
    """Return the form of *request*; raise 400, 408, 413 or 415 for one that cannot be read."""
    if content_type(request) != FORM:
        raise HTTPException(415, _UNREADABLE)
    try:
        return parse(await read_body(request))
    except ValueError as error:
        raise HTTPException(400, _UNREADABLE) from error


def content_type(request: Request) -> str:
    """Return the type of the body of *request*, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_body(request: Request, *, most: int = MOST_BYTES) -> bytes:
    """Return the body of *request*; raise 400, 408 or 413 for one that cannot be read."""
    body = bytearray()
    try:
        async with asyncio.timeout(SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > most:
                    raise HTTPException(413, _TOO_LARGE)
    except TimeoutError as error:
        raise HTTPException(408, _UNREADABLE) from error
    except ClientDisconnect as error:
        raise HTTPException(400, _UNREADABLE) from error
    return bytes(body)
