"""Pages in place of the one asked for, each with the telephone number of the office."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.desk.office.visits import Office

_TITLES = {
    400: "This cannot be read",
    403: "This is not possible",
    404: "There is no such page",
    405: "There is no such page",
    408: "This took too long",
    413: "This is too large",
    415: "This cannot be read",
    500: "Something went wrong",
    503: "The page cannot be shown now",
}
_NOT_FOUND = "Check the address, or go to the work list."
_FAILED = "It is our fault. What you did may not have been saved: look before you do it again."


def exception_handlers(office: Office) -> Mapping[Any, Any]:
    """Return the handlers of everything that a page raises."""

    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status = error.status_code
        said = _NOT_FOUND if status in (404, 405) else error.detail
        return office.plain("error", status=status, title=_title(status), message=said)

    async def failed(_: Request, __: Exception) -> Response:
        return office.plain("error", status=500, title=_title(500), message=_FAILED)

    return {HTTPException: refused, Exception: failed}


def _title(status: int) -> str:
    return _TITLES.get(status, _TITLES[403 if status < 500 else 500])
