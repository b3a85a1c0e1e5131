"""A browser at the office's pages: cookies, redirects, and pages that do not answer."""

from collections.abc import Callable

import httpx
import pytest

from deploy.demo.browsing import browser as browsers
from deploy.demo.browsing.browser import Browser
from deploy.demo.progress import Stuck

URL = "http://127.0.0.1:1"
COOKIE = "__Host-a=1; Secure"
FORM = '<form method="post"><input type="hidden" name="csrf" value="c"></form>'
Answer = Callable[[httpx.Request], httpx.Response]


def browser(answer: Answer) -> Browser:
    return Browser(URL, transport=httpx.MockTransport(answer))


def page(heading: str, *, status: int = 200, cookie: str = "") -> httpx.Response:
    headers = {"set-cookie": cookie} if cookie else {}
    return httpx.Response(status, html=f"<h1>{heading}</h1>{FORM}", headers=headers)


async def test_it_follows_redirects_and_keeps_its_cookies_for_the_office_alone() -> None:
    asked: list[tuple[str, str | None]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((str(request.url), request.headers.get("cookie")))
        match str(request.url):
            case "http://127.0.0.1:1/":
                headers = {"location": "http://127.0.0.1:2/who", "set-cookie": COOKIE}
                return httpx.Response(303, headers=headers)
            case "http://127.0.0.1:2/who":
                return httpx.Response(303, headers={"location": f"{URL}/list"})
            case _:
                return page("List", cookie='__Host-a=""; Max-Age=0; Secure')

    one = browser(answer)

    shown = await one.open("/")
    await one.open("/list")

    assert (shown.path, shown.heading) == ("/list", "List")
    assert asked == [
        (f"{URL}/", None),
        ("http://127.0.0.1:2/who", None),
        (f"{URL}/list", "__Host-a=1"),
        (f"{URL}/list", None),
    ]
    await one.close()


async def test_a_form_goes_to_its_page_as_from_its_page() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return page("Form")
        sent.append(request)
        return httpx.Response(303, headers={"location": "/done"})

    one = browser(answer)
    shown = await one.open("/form?item=1")

    done = await one.send(shown.form("/form"))

    (request,) = sent
    assert (str(request.url), request.headers["origin"]) == (f"{URL}/form?item=1", URL)
    assert request.content == b"csrf=c"
    assert done.path == "/done"
    await one.close()


async def test_what_was_broken_off_is_sent_again_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(browsers, "_PAUSE", 0.0)
    sent: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return page("Form")
        sent.append(request.content)
        if len(sent) == 1:
            raise httpx.ReadError("cut", request=request)
        return page("Away", status=503) if len(sent) == 2 else page("Done")

    one = browser(answer)
    shown = await one.open("/form")

    done = await one.send(shown.form("/form"))

    assert (done.heading, sent, one.tried_again) == ("Done", [b"csrf=c"] * 3, 2)
    await one.close()


async def test_nobody_tries_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsers, "_PATIENCE", 0.0)
    monkeypatch.setattr(browsers, "_PAUSE", 0.0)
    one = browser(lambda _: page("Away", status=503))

    with pytest.raises(Stuck, match="/list does not answer"):
        await one.open("/list")
    await one.close()


async def test_a_table_is_read_beside_the_page_that_is_shown() -> None:
    one = browser(lambda r: httpx.Response(200, text="a,b") if "csv" in str(r.url) else page("X"))
    shown = await one.open("/")

    assert await one.read("/work.csv") == "a,b"
    assert one.page is shown
    await one.close()


async def test_a_search_is_an_address() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        form = '<form action="/find"><input name="name"></form>'
        return httpx.Response(200, html=f"<h1>Find</h1>{form}")

    one = browser(answer)
    shown = await one.open("/find")

    await one.send(shown.form("/find"), {"name": "New Town"})

    assert asked == [f"{URL}/find", f"{URL}/find?name=New+Town"]
    await one.close()
