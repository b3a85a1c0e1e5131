"""The page of a request that mails to its contact link to, and what the contact can do there."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.webdesk import cases, reports
from services.webdesk.proving import WITH_LINK, begin_anew
from services.webdesk.saying import say
from services.webdesk.site.case_visits import (
    COOKIE,
    CaseVisit,
    Handler,
    acting,
    get,
    keep_page,
    not_valid,
    opened,
    post,
)
from services.webdesk.site.code_pages import TOO_MANY, WRONG
from services.webdesk.site.visits import Site
from shared.contracts.inbound import Contact, Withdrawal
from shared.texts.email_addresses import is_email
from shared.web.fields import Field, Fields
from shared.web.forms import Form

STATUS = "/status"
WITHDRAW, CONTACT = f"{STATUS}/withdraw", f"{STATUS}/contact"
SEND_CODE = "/code"
ASKED = "?asked=1"
_NO_REFERRER = {"Referrer-Policy": "no-referrer"}
_FIELDS = Fields(
    (
        Field("name", "Name of the contact person", ("name",), needed=True,
              autocomplete="name", wrong="Enter the name of the contact person."),
        Field("title", "Title", ("title",), autocomplete="organization-title"),
        Field("email", "Email address", ("email",), needed=True, autocomplete="email",
              wrong="Enter one email address, such as name@agency.example."),
        Field("phone", "Telephone", ("phone",), autocomplete="tel"),
    )
)  # fmt: skip


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes of the pages."""

    async def open_link(request: Request) -> Response:
        """Exchange a link for a cookie; redirect, so that no page is shown at the link."""
        token = request.path_params["token"]
        async with site.connected(request) as connection:
            case = await opened(site, connection, token)
        if case is None:
            response = not_valid(site)
        else:
            response = RedirectResponse(STATUS, 303)
            response.set_cookie(COOKIE, token, secure=True, httponly=True, samesite="lax")
        response.headers.update(_NO_REFERRER)
        return response

    return [
        Route("/s/{token}", open_link, methods=["GET"]),
        get(site, STATUS, _status),
        get(site, WITHDRAW, _show_withdraw),
        post(site, WITHDRAW, _withdraw, again=_show_withdraw),
        post(site, f"{WITHDRAW}{SEND_CODE}", _ask_to(WITHDRAW), again=_show_withdraw),
        get(site, CONTACT, _show_contact),
        post(site, CONTACT, _replace, again=_show_contact),
        post(site, f"{CONTACT}{SEND_CODE}", _ask_to(CONTACT), again=_show_contact),
    ]


async def _status(visit: CaseVisit) -> Response:
    case, lists = visit.case, visit.site.lists
    shown = await reports.read_reports(visit.connection, case.tracking_number)
    return visit.page(
        "status",
        told=await cases.read_told(visit.connection, case.tracking_number),
        most_told=cases.MOST_TOLD,
        program=lists.programs.get(case.program or "", case.program),
        provider=lists.providers.get(case.provider or "", case.provider),
        reports=[each for each in shown if not each.has_ended],
        can_act=visit.site.codes is not None,
    )


async def _show_withdraw(visit: CaseVisit) -> Response:
    if visit.case.has_ended or visit.case.withdrawn_at is not None:
        return RedirectResponse(STATUS, 303)
    return _rendered(visit, "withdraw", WITHDRAW)


async def _withdraw(visit: CaseVisit) -> Response:
    """Withdraw the request once, if the contact entered a code."""
    case, site = visit.case, visit.site
    if case.has_ended or case.withdrawn_at is not None:
        return RedirectResponse(STATUS, 303)
    if not await is_proved(visit):
        return _rendered(visit, "withdraw", WITHDRAW, errors={"code": WRONG})
    at = await cases.note_withdrawn(visit.connection, case.reference)
    if at is not None:
        data = Withdrawal(tracking_number=case.tracking_number)
        await say(visit.connection, [data], subject=case.reference, at=site.settings.clock.at(at))
        visit.wakes = True
    return RedirectResponse(STATUS, 303)


async def _show_contact(visit: CaseVisit) -> Response:
    return _rendered(visit, "contact", CONTACT, form=visit.form)


async def _replace(visit: CaseVisit) -> Response:
    """
    Replace the contact, after a code; the link that opened this page is then no longer valid.

    The new contact at once gets a mail with another link, and with a code. Raise 429 if its
    network has had too many: then nothing is replaced, and the code is still good.
    """
    case, site = visit.case, visit.site
    data, errors = _FIELDS.read(visit.form)
    contact = _FIELDS.judge(Contact, {**data, "contact_id": case.reference}, errors)
    if (email := visit.form.text("email")) and not is_email(email):
        errors.setdefault("email", _FIELDS.by_name["email"].missing)
    if errors or not isinstance(contact, Contact):
        return _rendered(visit, "contact", CONTACT, form=visit.form, errors=errors)
    if not await is_proved(visit):
        return _rendered(visit, "contact", CONTACT, form=visit.form, errors={"code": WRONG})
    await keep_page(site, visit.connection, contact, None)
    await say(visit.connection, [contact], subject=case.reference, at=site.business_time())
    network, matter = site.network(visit.request), acting(case, WITH_LINK)
    await begin_anew(visit.connection, matter)
    if not await site.prover.ask(visit.connection, matter, network=network):
        raise HTTPException(429, TOO_MANY)
    visit.wakes = True
    response = visit.page("contact_replaced")
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax")
    return response


def _ask_to(page: str) -> Handler:
    async def ask(visit: CaseVisit) -> Response:
        """Have a code mailed to the contact on file; it is good in this browser alone."""
        network, matter = visit.site.network(visit.request), acting(visit.case, visit.browser)
        if not await visit.site.prover.ask(visit.connection, matter, network=network):
            raise HTTPException(429, TOO_MANY)
        visit.wakes = True
        return RedirectResponse(f"{page}{ASKED}", 303)

    return ask


async def is_proved(visit: CaseVisit) -> bool:
    """
    Count a try of a code, and tell whether it is right.

    The code that came in the mail with a new link counts, too: other people with that link may use
    up its tries, but not those of a code that this browser has asked for.
    """
    matter = acting(visit.case, visit.browser, WITH_LINK)
    code = visit.form.text("code")
    return await visit.site.prover.prove(visit.connection, matter, code) is not None


def _rendered(
    visit: CaseVisit,
    template: str,
    page: str,
    *,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    form = form or Form()
    return visit.page(
        template,
        status=422 if visit.request.method == "POST" else 200,
        errors=errors or {},
        fields=_FIELDS.by_name.values(),
        filled={name: form.text(name) for name in _FIELDS.by_name},
        was_asked=bool(errors) or "asked" in visit.request.query_params,
        ask_at=f"{page}{SEND_CODE}",
        enter_at=page,
    )
