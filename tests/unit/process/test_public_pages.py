"""What all public pages do with addresses that no page has."""

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shared.process.http import PublicPages


async def _page(_: Request) -> Response:
    return Response("a page")


@pytest.mark.parametrize("path", ["/page/", "/with-slash"])
async def test_no_address_leads_to_the_host_that_the_browser_named(path: str) -> None:
    routes = [Route("/page", _page), Route("/with-slash/", _page)]
    app = PublicPages(routes, "127.0.0.1", 0, max_age=5).app()
    transport = httpx.ASGITransport(app=app)

    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as browser:
        answer = await browser.get(path, headers={"host": "evil.example"})

    assert (answer.status_code, answer.headers.get("location")) == (404, None)
