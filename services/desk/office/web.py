"""The office's pages as a whole: their routes and their headers."""

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.desk.office import (
    act_pages,
    call_pages,
    case_file_pages,
    case_page,
    errors,
    figures_page,
    mail_pages,
    people_pages,
    sign_in,
    work_list,
)
from services.desk.office.views import STYLE, STYLE_PATH
from services.desk.office.visits import Office
from services.desk.page_counts import CountedPages
from shared.process.http import HEADERS, PublicPages

POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)


def pages(office: Office) -> PublicPages:
    """Return the pages, to be served on the public port."""
    served = routes(office)
    return PublicPages(
        routes=served,
        host=office.settings.public_host,
        port=office.settings.public_port,
        max_age=None,
        # With `no-referrer`, browsers would hide the origin of our own forms, too.
        headers={
            **HEADERS,
            "Content-Security-Policy": POLICY,
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Strict-Transport-Security": "max-age=31536000",
        },
        exception_handlers=errors.exception_handlers(office),
        middleware=[Middleware(CountedPages, face="office", routes=served)],
    )


def routes(office: Office) -> list[BaseRoute]:
    """Return all routes of the pages."""
    return [
        Route(STYLE_PATH, _style, methods=["GET"]),
        *sign_in.routes(office),
        *work_list.routes(office),
        *case_page.routes(office),
        *act_pages.routes(office),
        *call_pages.routes(office),
        *case_file_pages.routes(office),
        *figures_page.routes(office),
        *mail_pages.routes(office),
        *people_pages.routes(office),
    ]


async def _style(_: Request) -> Response:
    return Response(
        STYLE,
        media_type="text/css",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
