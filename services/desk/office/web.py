"""The office's pages as a whole: their routes and their headers."""

from starlette.routing import BaseRoute

from services.desk.office import (
    act_pages,
    assessment_pages,
    call_pages,
    case_file_pages,
    case_page,
    figures_page,
    mail_pages,
    people_pages,
    records_page,
    report_pages,
    sign_in,
    work_list,
)
from services.desk.office.visits import Office
from shared.process.http import PublicPages


def pages(office: Office) -> PublicPages:
    """Return the pages, to be served on the public port."""
    return office.served(routes(office), service="desk", face="office")


def routes(office: Office) -> list[BaseRoute]:
    """Return all routes of the pages."""
    return [
        *sign_in.routes(office),
        *work_list.routes(office),
        *case_page.routes(office),
        *assessment_pages.routes(office),
        *report_pages.routes(office),
        *act_pages.routes(office),
        *call_pages.routes(office),
        *case_file_pages.routes(office),
        *figures_page.routes(office),
        *mail_pages.routes(office),
        *people_pages.routes(office),
        *records_page.routes(office),
    ]
