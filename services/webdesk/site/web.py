"""The pages as a whole."""

from starlette.routing import BaseRoute

from services.webdesk.site import form_pages, review_pages, start_pages
from services.webdesk.site.visits import Site
from shared.process.http import PublicPages


def pages(site: Site) -> PublicPages:
    """Return the pages, to be served on the public port."""
    return site.served(routes(site))


def routes(site: Site) -> list[BaseRoute]:
    """Return all routes of the pages."""
    return [
        *start_pages.routes(site),
        *form_pages.routes(site),
        *review_pages.routes(site),
    ]
