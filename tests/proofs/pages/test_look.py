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

_TRAP = "onkeydown='event.preventDefault()'"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<p style='color: #aaa'>Pale</p>", "color contrast"),
        ("<form><input name='agency'></form>", "labels"),
        ("<p style='width: 500px'>Wide</p>", "118 px too wide with text at 100 %"),
        ("<p style='width: 20rem'>Grows</p>", "px too wide with text at 200 %"),
        ("<style>:focus { outline: none !important }</style>", "the focus does not show"),
        ("<a href='/'>Before</a> <a href='/' tabindex='2'>Jumps</a>", "Tab number"),
        (f"<label>Day <input type='date' {_TRAP}></label>", "Tab number 2 "),
        (f"<label>Name <input {_TRAP}></label>", "Tab number 2 "),
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
    assert fault in " ".join(await _faults(browser, site, tmp_path, body))


async def test_a_date_may_have_several_stops_of_the_tab_key(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    body = """<label>From <input type="date"></label>
    <label>Until <input type="date" value="2026-03-31"></label>"""

    assert await _faults(browser, site, tmp_path, body) == []


async def _faults(browser: Browser, site: Site, to: Path, body: str) -> list[str]:
    async def page(_: Request) -> HTMLResponse:
        return HTMLResponse(_PAGE.format(body=body))

    address = await site.serve_app(Starlette(routes=[Route("/", page)]), site.port())
    return await look(browser, f"{address}/", "page", to=to)
