"""
Waits a moment for the answer to an act, and shows it where the act was made.

What a person typed is kept only in the browser: a page that waits holds it in hidden fields, so
that the form can come back filled in.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from starlette.responses import RedirectResponse, Response

from services.desk import store
from services.desk.office.visits import Visit
from services.desk.store import ActState

ANSWER_SECONDS = 3.0
OTHER_REASONS = "form"
"""Where a form shows errors that belong to no single field."""
_NO_REASON = "No reason was given."
_LOOK_SECONDS = 0.1


async def answered(
    visit: Visit,
    message_id: str,
    *,
    field_at: Callable[[str], str | None],
    refused: Callable[[Mapping[str, str]], Awaitable[Response]],
    waiting: Callable[[], Awaitable[Response]],
) -> Response:
    """
    Return what follows an act, once its transaction is committed.

    An act that was accepted has its own page. For one that was *refused*, the form is shown with
    the reasons by field; *field_at* returns the field of a reason's path. *waiting* shows that
    there is no answer yet.
    """
    act = await _answer(visit, message_id)
    if act is not None and act.answer == "applied":
        return RedirectResponse(f"/acts/{message_id}", 303)
    async with visit.office.connected(visit.request) as connection:
        visit.connection = connection
        if act is None or act.answer is None:
            return await waiting()
        return await refused(_by_field(act, field_at))


async def _answer(visit: Visit, message_id: str) -> ActState | None:
    """Return the act as soon as it is answered, or as it is after `ANSWER_SECONDS`."""
    loop = asyncio.get_running_loop()
    until = loop.time() + ANSWER_SECONDS
    while True:
        async with visit.office.connected(visit.request) as connection:
            act = await store.read_act(connection, message_id)
        if (act is not None and act.answer is not None) or loop.time() >= until:
            return act
        await asyncio.sleep(_LOOK_SECONDS)


def _by_field(act: ActState, field_at: Callable[[str], str | None]) -> dict[str, str]:
    found: dict[str, str] = {}
    for reason in act.reasons:
        field = field_at(reason.get("path", "")) or OTHER_REASONS
        said = f"{reason.get('message', '')} {reason.get('fix') or ''}".strip()
        found[field] = f"{found[field]} {said}" if field in found else said
    return found or {OTHER_REASONS: _NO_REASON}
