"""Reads the form of a POST, within bounds of size and time."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from shared.web.forms import Form, parse

MOST_BYTES = 512 * 1024
SECONDS = 10.0
_TYPE = "application/x-www-form-urlencoded"
_TOO_LARGE = "What you sent is too large. Shorten the longest texts and send it again."
_UNREADABLE = "What your browser sent cannot be read. Go back and send it again."


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
