"""Shows the mails of a folder: a list, and each mail with its parts. No script, no form."""

from pathlib import Path

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from deploy.local.mail.kept import KeptMail, list_kept, read_kept

_LISTED = 200
_HEADERS = ("Date", "From", "Delivered-To", "Reply-To", "Subject", "Message-ID")
_TEMPLATES = Environment(
    # The style is that of the public page, and among its templates.
    loader=ChoiceLoader([PackageLoader("deploy.local.mail"), PackageLoader("services.reporting")]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def routes(folder: Path) -> list[BaseRoute]:
    """Return the routes of the pages about the mails in *folder*."""

    def find(request: Request) -> KeptMail:
        name = request.path_params["name"]
        if name not in list_kept(folder):
            raise HTTPException(404, "There is no such mail.")
        return read_kept(folder, name)

    async def listed(_: Request) -> Response:
        names = list_kept(folder)
        newest = [read_kept(folder, name) for name in reversed(names[-_LISTED:])]
        return _page("list.html.j2", mails=newest, all=len(names), folder=str(folder))

    async def mail(request: Request) -> Response:
        found = find(request)
        headers = [(name, str(found.message[name])) for name in _HEADERS]
        return _page("mail.html.j2", mail=found, headers=headers)

    async def html(request: Request) -> Response:
        return HTMLResponse(find(request).html)

    return [
        Route("/", listed),
        Route("/mails/{name}", mail),
        Route("/mails/{name}/html", html),
    ]


def _page(template: str, **shown: object) -> Response:
    return HTMLResponse(_TEMPLATES.get_template(template).render(shown))
