"""What is wrong with a page is found."""

from pathlib import Path

import pytest
from playwright.async_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from tests.proofs.pages.browser import look
from tests.proofs.pages.conftest import Site

_PAGE = """<!doctype html><html lang="en"><title>Page</title><body><main><h1>Page</h1>
<style>:focus {{ outline: 2px solid }}</style>
{body}<p><a href="/">First</a> <a href="/">Second</a></p></main></body></html>"""


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<p style='color: #aaa'>Pale</p>", "color contrast"),
        ("<form><input name='agency'></form>", "labels"),
        ("<p style='width: 500px'>Wide</p>", "118 px too wide with text at 100 %"),
        ("<p style='width: 20rem'>Grows</p>", "px too wide with text at 200 %"),
        ("<style>:focus { outline: none !important }</style>", "the focus does not show"),
        ("<a href='/'>Before</a> <a href='/' tabindex='2'>Jumps</a>", "Tab number"),
        ("<noscript>Only without script</noscript>", "another one without script"),
    ],
)
async def test_a_fault_of_a_page_is_found(
    browser: Browser,
    site: Site,
    tmp_path: Path,
    body: str,
    fault: str,
) -> None:
    async def page(_: Request) -> HTMLResponse:
        return HTMLResponse(_PAGE.format(body=body))

    address = await site.serve_app(Starlette(routes=[Route("/", page)]), site.port())

    assert fault in " ".join(await look(browser, f"{address}/", "page", to=tmp_path))
