"""The emails that notifications sends, each with sample data, as their readers see them."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from services.desk.office import labels
from services.desk.office.visits import ADMINISTRATOR, CASEWORK, Office, Visit
from shared.mail.templates import SAMPLE_URL, TEMPLATES, Rendered, Template, render

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none';"
    " frame-ancestors 'none'; sandbox"
)
"""Mails carry their styles inline. They come from our own files, but are sandboxed anyway."""
_READERS = CASEWORK | ADMINISTRATOR


def routes(office: Office) -> Sequence[BaseRoute]:
    """Return the routes of the pages."""
    return [
        office.get("/emails", _show, roles=_READERS),
        office.get("/emails/{template}", _as_sent, roles=_READERS),
    ]


async def _show(visit: Visit) -> Response:
    mails = [
        (template.name, labels.MAILS.get(template.id, template.id), _sample(template))
        for template in TEMPLATES.values()
    ]
    return visit.page("emails", mails=mails)


async def _as_sent(visit: Visit) -> Response:
    template = TEMPLATES.get(visit.request.path_params["template"])
    if template is None:
        raise HTTPException(404)
    return HTMLResponse(_sample(template).html, headers={"Content-Security-Policy": POLICY})


def _sample(template: Template) -> Rendered:
    return render(template, template.sample, public_url=SAMPLE_URL)
