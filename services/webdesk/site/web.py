"""The pages as a whole."""

from starlette.routing import BaseRoute

from services.webdesk.site import (
    act_pages,
    code_pages,
    enter_pages,
    form_pages,
    lost_pages,
    report_pages,
    review_pages,
    start_pages,
    status_pages,
    work_pages,
)
from services.webdesk.site.news_pages import News
from services.webdesk.site.visits import Site
from shared.contracts.links import read_key
from shared.process.http import PublicPages


def pages(site: Site) -> PublicPages:
    """Return the pages, to be served on the public port."""
    return site.served(routes(site), service="webdesk", face="public")


def routes(site: Site) -> list[BaseRoute]:
    """Return all routes of the pages; the pages for news need the key of links."""
    key = site.settings.link_key
    return [
        *start_pages.routes(site),
        *form_pages.routes(site),
        *review_pages.routes(site),
        *code_pages.routes(site),
        *status_pages.routes(site),
        *report_pages.routes(site),
        *lost_pages.routes(site),
        *enter_pages.routes(site),
        *work_pages.routes(site),
        *act_pages.routes(site),
        *(() if key is None else News(site, read_key(key.get_secret_value())).routes()),
    ]
