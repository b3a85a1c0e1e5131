"""People who want news: they ask, confirm by the link of a mail, and end it by one click."""

from pathlib import Path

import httpx
import pytest

from deploy.demo.browsing.browser import Browser
from deploy.demo.people import subscribers
from deploy.demo.people.mailbox import Mailboxes
from deploy.demo.people.subscribers import Subscriber
from deploy.demo.progress import Stuck

URL, ADDRESS, ID = "http://127.0.0.1:1", "reader-1@news.example", "0190d3c8"
CONFIRM, END = f"{URL}/subscriptions/confirm/{ID}/x/t", f"{URL}/subscriptions/end/{ID}/x/t"
ASK = """<h1>News</h1><form method="post" action="/subscriptions"><input name="address">
<input type="checkbox" name="kinds" value="solicitations">
<select name="cadence"><option value="at_once"></select></form>"""
SURE = '<h1>Sure?</h1><form method="post" action="/subscriptions/confirm"></form>'
SHOWN = {"/subscriptions": ASK, "/subscriptions/confirm": SURE}


class Pages:
    """The pages of subscriptions; each link leads to its page."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.asked.append((request.method, path))
        if request.method == "POST":
            to = {"/subscriptions": "asked", "/subscriptions/confirm": "confirmed"}.get(path)
            location = {"location": f"/subscriptions/{to}"}
            return httpx.Response(200 if to is None else 303, headers=location if to else {})
        return httpx.Response(200, html=SHOWN.get(path.partition(f"/{ID}")[0], "<h1>Done</h1>"))

    def times(self, method: str, link: str) -> int:
        return self.asked.count((method, httpx.URL(link).path))


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> Pages:
    """Pages that every browser opens, at once."""
    found = Pages()

    def browser(address: str) -> Browser:
        return Browser(address, transport=httpx.MockTransport(found))

    monkeypatch.setattr(subscribers, "Browser", browser)
    monkeypatch.setattr(subscribers, "LEAST_SECONDS", 0)
    return found


def reader(pages: Pages, folder: Path, *, confirms: bool = True, stays: bool = True) -> Subscriber:
    for number, (header, text) in enumerate(
        [("X-Nothing: 1", f"Confirm it here:\n{CONFIRM}\n"), (f"List-Unsubscribe: <{END}>", "New")]
    ):
        mail = f"Delivered-To: {ADDRESS}\nMessage-ID: <m@x.example>\n{header}\n\n{text}"
        (folder / f"{number}.eml").write_text(mail)
    browser = Browser(URL, transport=httpx.MockTransport(pages))
    return Subscriber(ADDRESS, confirms, stays, browser, Mailboxes(folder))


async def test_a_person_confirms_after_mail_programs_have_looked(
    pages: Pages, tmp_path: Path
) -> None:
    person = reader(pages, tmp_path)

    await person.subscribe()
    await person.read_news()

    assert (person.subscription, person.has_confirmed, person.has_ended) == (ID, True, False)
    assert pages.times("GET", CONFIRM) == person.scanned // 2 + 1
    assert pages.times("POST", END) == 0


async def test_a_person_who_does_not_confirm_sends_nothing(pages: Pages, tmp_path: Path) -> None:
    person = reader(pages, tmp_path, confirms=False)

    await person.subscribe()

    assert (person.subscription, person.has_confirmed) == (ID, False)
    assert [each for each in pages.asked if each[0] == "POST"] == [("POST", "/subscriptions")]


async def test_a_person_ends_news_by_one_click(pages: Pages, tmp_path: Path) -> None:
    person = reader(pages, tmp_path, stays=False)

    await person.read_news()

    assert person.has_ended
    assert pages.times("POST", END) == 1


async def test_nobody_waits_for_a_mail_for_ever(
    pages: Pages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = reader(pages, tmp_path)
    person.address = "nobody@news.example"
    monkeypatch.setattr("deploy.demo.people.mailbox._PATIENCE", 0.0)

    with pytest.raises(Stuck, match="got no such mail"):
        await person.read_news()
