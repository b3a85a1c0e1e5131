"""Signing in at the issuer, and signing out."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.desk.office import people, sessions
from services.desk.office.issuer import CALLBACK, IssuerAway, NotIdentified
from services.desk.office.people import FIRST_ADMINISTRATOR, Person
from services.desk.office.sessions import SIGN_IN_LASTS, SignIn
from services.desk.office.tokens import challenge_of
from services.desk.office.visits import (
    SESSION_COOKIE,
    SIGN_IN,
    Connection,
    Office,
    Visit,
    safe_next,
    send_again,
    set_session,
)
from shared.process import metrics
from shared.web.tokens import new_secret

log = structlog.get_logger()
BROWSER_COOKIE = "__Host-sign-in"
START = f"{SIGN_IN}/start"
SIGN_OUT = "/sign-out"
FAILED = f"{SIGN_IN}/failed"
_MAX_VALUE = 4000
FAILURES = {
    "ended": "This sign-in has ended, or it was started in another browser.",
    "refused": "The sign-in service did not confirm who you are.",
    "disabled": "You can no longer sign in here. Ask an administrator of this office.",
    "away": "The sign-in service does not answer. People who are signed in can go on working.",
    "busy": "Too many people are signing in. Wait ten minutes.",
}
"""Why a sign-in failed, in words; no address contains the answer of the issuer."""
_UNAVAILABLE = frozenset({"away", "busy"})
_SIGNED_IN = "signed_in"
OUTCOMES = (_SIGNED_IN, *FAILURES)


def routes(office: Office) -> Sequence[BaseRoute]:
    """Return the routes of signing in and out."""
    for outcome in OUTCOMES:
        metrics.SIGN_INS.labels("desk", outcome)

    async def page(request: Request) -> Response:
        query = urlencode({"next": safe_next(request.query_params.get("next", "/"))})
        return office.plain("sign_in", start=f"{START}?{query}")

    async def start(request: Request) -> Response:
        state, browser, verifier = new_secret(), new_secret(), new_secret()
        next_path = safe_next(request.query_params.get("next", "/"))
        sign_in = SignIn(new_secret(), verifier, next_path)
        try:
            address = await office.issuer.authorization_url(
                state=state, nonce=sign_in.nonce, challenge=challenge_of(verifier)
            )
        except IssuerAway:
            return _failed("away")
        async with office.connected(request) as connection:
            if not await sessions.start_sign_in(
                connection, sign_in, state=state, browser=browser, client=office.client(request)
            ):
                return _failed("busy")
        response = RedirectResponse(address, 303)
        response.set_cookie(
            BROWSER_COOKIE,
            browser,
            max_age=int(SIGN_IN_LASTS.total_seconds()),
            secure=True,
            httponly=True,
            samesite="lax",
        )
        return response

    async def callback(request: Request) -> Response:
        response = await _called_back(office, request)
        response.delete_cookie(BROWSER_COOKIE, secure=True, httponly=True, samesite="lax")
        return response

    async def failed(request: Request) -> Response:
        because = request.query_params.get("because", "")
        why = because if because in FAILURES else "refused"
        status = 503 if why in _UNAVAILABLE else 403
        return office.plain("sign_in_failed", status=status, why=FAILURES[why], start=START)

    async def sign_out(visit: Visit) -> Response:
        assert visit.secret is not None
        await sessions.end_session(visit.connection, visit.secret)
        visit.secret = None
        response = RedirectResponse("/signed-out", 303)
        response.delete_cookie(SESSION_COOKIE, secure=True, httponly=True, samesite="lax")
        return response

    async def was_out(visit: Visit) -> Response:
        if visit.session is not None:
            return await send_again(visit)
        return RedirectResponse("/signed-out", 303)

    async def signed_out(_: Request) -> Response:
        return office.plain("signed_out", end_session=office.issuer.end_session)

    return [
        Route(SIGN_IN, page, methods=["GET"]),
        Route(START, start, methods=["GET"]),
        Route(CALLBACK, callback, methods=["GET"]),
        Route(FAILED, failed, methods=["GET"]),
        office.post(SIGN_OUT, sign_out, roles=None, stale=was_out),
        Route("/signed-out", signed_out, methods=["GET"]),
    ]


async def _called_back(office: Office, request: Request) -> Response:
    """Exchange the issuer's answer for a session; redirect, so that no address keeps the code."""
    state, code = (request.query_params.get(name, "") for name in ("state", "code"))
    browser = request.cookies.get(BROWSER_COOKIE, "")
    if not all(0 < len(value) < _MAX_VALUE for value in (state, browser)):
        return _failed("ended")
    async with office.connected(request) as connection:
        sign_in = await sessions.take_sign_in(connection, state=state, browser=browser)
    if sign_in is None:
        return _failed("ended")
    if not 0 < len(code) < _MAX_VALUE:  # the person canceled, or the issuer refused
        return _failed("refused")
    try:
        subject = await office.issuer.subject(
            code=code,
            verifier=sign_in.verifier,
            nonce=sign_in.nonce,
            sender=request.query_params.get("iss"),
        )
    except IssuerAway:
        return _failed("away")
    except NotIdentified:
        return _failed("refused")
    async with office.connected(request) as connection:
        person = await _find_person(office, connection, subject)
        if person is not None and person.disabled_at is not None:
            return _failed("disabled")
        secret = new_secret()
        await sessions.end_session(connection, request.cookies.get(SESSION_COOKIE, ""))
        await sessions.start_session(connection, secret, issuer=office.issuer.url, subject=subject)
    metrics.SIGN_INS.labels("desk", _SIGNED_IN).inc()
    log.info("office.signed_in", actor=None if person is None else person.actor)
    response = RedirectResponse(sign_in.next, 303)
    set_session(response, secret)
    return response


async def _find_person(
    office: Office, connection: "Connection[Any]", subject: str
) -> Person | None:
    """Return the person; the first administrator is entered at the first sign-in."""
    issuer = office.issuer.url
    person = await people.find_person(connection, issuer=issuer, subject=subject)
    if person is not None or subject != office.settings.first_administrator:
        return person
    person = Person(issuer, subject, FIRST_ADMINISTRATOR, "First administrator")
    await people.add_person(connection, person, by="settings")
    return person


def _failed(because: str) -> Response:
    metrics.SIGN_INS.labels("desk", because).inc()
    log.info("office.sign_in_failed", because=because)
    return RedirectResponse(f"{FAILED}?{urlencode({'because': because})}", 303)
