"""The link in mails shows how a request stands; with the link alone, a person can only read."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from services.webdesk import proving, store
from services.webdesk.acts import OUT_TOPIC
from services.webdesk.handlers import WebDeskReader
from services.webdesk.restore import Restore
from services.webdesk.saying import say
from services.webdesk.site import review_pages
from services.webdesk.site.case_visits import keep_page, link_token
from services.webdesk.site.visits import Site
from shared.contracts.inbound import Contact
from shared.contracts.outbound import TYPES, Message
from shared.delivery.records import Item, Record
from tests.examples.webdesk import NEED
from tests.integration.webdesk.codes.conftest import another
from tests.integration.webdesk.conftest import Browser
from tests.integration.webdesk.outbox import mailed, sent

Pool = asyncpg.Pool
NUMBER = "CRI-2026-000042-J"
CHIEF, DEPUTY = "chief@alturas.example", "deputy@alturas.example"
SENTENCE = "Your request waits because no provider has room for it now."
WITHDRAW, CONTACT = "/status/withdraw", "/status/contact"
_ANNOUNCE = """
    INSERT INTO announced
    SELECT topic, event_id, 0, id, type, subject, row_number() OVER (ORDER BY id), '', now(), value
      FROM outbox
"""


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers here: a page does not wait for it."""
    monkeypatch.setattr(review_pages, "ANSWER_SECONDS", 0.0)


def told(kind: str, number: int, data: dict[str, Any], **more: Any) -> Message:
    """Return the *number*-th message to the public desk."""
    return Message.model_validate(
        {
            "id": f"fe55e3a9-235d-5890-b264-{number:012}",
            "type": TYPES[kind],
            "subject": NUMBER,
            "time": datetime(2026, 3, 2, 20, tzinfo=UTC) + timedelta(minutes=number),
            "correlationid": "c-1",
            "causationid": "c-1",
            "participantsequence": f"{number:020}",
            "data": data,
            **more,
        }
    )


def status(number: int, name: str = "waiting", sentence: str = SENTENCE, **more: Any) -> Message:
    data = {
        "tracking_number": NUMBER,
        "status": name,
        "since": "2026-03-02T20:04:00Z",
        "sentence": sentence,
        "program": "cri-tac",
        "next": {"what": "It moves on when there is room.", "by": "2026-03-09T20:04:00Z"},
    }
    return told("status_changed", number, data, **more)


async def take_in(pool: "Pool[Any]", *messages: Message) -> None:
    """Let the desk read *messages* in one batch."""
    reader = WebDeskReader()
    async with pool.acquire() as connection, connection.transaction():
        state = await reader.load(connection, [], at=datetime.now(UTC))
        for offset, message in enumerate(messages):
            record = Record(OUT_TOPIC, 0, offset, None, b"", (), message.time)
            reader.decide(state, Item(record, message, "web-desk"))
        await reader.save(connection, state)


async def reference_of(pool: "Pool[Any]") -> str:
    found: str = await pool.fetchval("SELECT reference FROM requests")
    return found


@pytest.fixture
async def link(browser: Browser, site: Site, pool: "Pool[Any]") -> str:
    """Return the link to a request that was sent and accepted."""
    await browser.fill_in()
    await browser.post("/request/send")
    reference = await reference_of(pool)
    await take_in(
        pool,
        told("accepted", 1, {"reference": reference, "tracking_number": NUMBER}),
        status(2),
    )
    return f"/s/{link_token(site, reference, CHIEF)}"


async def test_the_link_of_mails_shows_how_the_request_stands(
    new_browser: Callable[..., Browser], link: str
) -> None:
    person = new_browser()

    page = await person.get(link)

    assert page.url.path == "/status"
    for words in (
        *(NUMBER, "Alturas Police Department", SENTENCE, "Technical Assistance Center"),
        *("It moves on when there is room.", "March 9, 2026", "March 2, 2026"),
    ):
        assert words in person.text, words


async def test_the_page_names_the_provider_that_is_asked_or_helps(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    person = new_browser()
    for number, (name, provider, words) in enumerate(
        (
            ("offered", "iacp", "Provider we asked Chiefs of Police"),
            ("assigned", "iacp", "Provider Chiefs of Police"),
            ("assigned", "unlisted", "Provider unlisted"),
        )
    ):
        message = status(3 + number, name)
        told_of = {**message.data, "provider": provider}
        await take_in(pool, message.model_copy(update={"data": told_of}))

        await person.get(link)
        assert words in person.text

    await take_in(pool, status(9))
    assert "unlisted" not in (await person.get(link)).text


async def test_the_page_has_neither_need_nor_contact(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    page = await new_browser().get(link)

    for secret in (NEED, "A. Chief", CHIEF, "202 555 0100"):
        assert secret not in page.text
        for table in ("requests", "told"):
            assert secret not in str(await pool.fetch(f"SELECT * FROM {table}"))


async def test_the_token_is_exchanged_for_a_cookie_and_is_in_no_table_and_no_log(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    person, token = new_browser(), link.rpartition("/")[2]

    with capture_logs() as logged:
        answered = await person.http.get(link)
        page = await person.get("/status")

    assert (answered.status_code, answered.headers["location"]) == (303, "/status")
    assert answered.headers["referrer-policy"] == "no-referrer"
    assert answered.headers["cache-control"] == page.headers["cache-control"] == "no-store"
    for part in ("__host-status=", "secure", "httponly", "samesite=lax", "path=/"):
        assert part in answered.headers["set-cookie"].lower()
    assert token not in str(logged) + page.text
    assert token not in str(await pool.fetch("SELECT * FROM requests"))


async def everything(pool: "Pool[Any]") -> str:
    tables = ("requests", "told", "codes", "codes_asked", "sessions", "drafts", "outbox", "starts")
    return str([await pool.fetch(f"SELECT * FROM {table}") for table in tables])


async def test_e9_a_scanner_changes_nothing_and_the_persons_click_works(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    before = await everything(pool)

    for _ in range(20):
        scanner = new_browser()
        await scanner.get(link)
        for path in (WITHDRAW, CONTACT, "/lost"):
            await scanner.get(path)

    assert await everything(pool) == before
    assert (await new_browser().get(link)).status_code == 200


async def test_e10_a_stranger_with_the_link_cannot_withdraw_the_request(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    stranger = new_browser()
    await stranger.get(link)
    await stranger.get(WITHDRAW)
    await stranger.post(f"{WITHDRAW}/code")
    asked = (await sent(pool))[-1]
    assert asked.type == "gov.cri.code.send.v1"
    assert asked.data["contact_id"] == await reference_of(pool)
    assert (asked.data["purpose"], asked.data["about"]) == ("act", NUMBER)
    code = await mailed(pool)

    for guess in ("", "00000000", another(code)):
        page = await stranger.post(WITHDRAW, {"code": guess})
        assert page.status_code == 422

    assert [each.type for each in await sent(pool)].count("gov.cri.request.withdraw.v1") == 0
    assert code not in page.text


async def withdrawals(pool: "Pool[Any]") -> list[Any]:
    found = await sent(pool)
    return [each.data for each in found if each.type == "gov.cri.request.withdraw.v1"]


async def test_the_contact_withdraws_the_request_by_a_code_once(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    person = new_browser()
    await person.get(link)
    await person.get(WITHDRAW)
    await person.post(f"{WITHDRAW}/code")
    form = {"code": await mailed(pool)}

    await person.post(WITHDRAW, form)
    assert "You withdrew this request" in person.text
    await person.get(CONTACT)
    await person.post(WITHDRAW, form)

    assert await withdrawals(pool) == [{"tracking_number": NUMBER}]
    message = (await sent(pool))[-1]
    reference = await reference_of(pool)
    assert (message.subject, message.actor) == (reference, f"contact:{reference}")
    await take_in(pool, status(3, "withdrawn", "Your request is withdrawn."))
    page = await person.get("/status")
    assert "Your request is withdrawn." in page.text
    assert WITHDRAW not in page.text
    assert "You withdrew this request" not in page.text


async def test_e11_who_is_replaced_has_no_link_any_more_and_the_new_one_gets_one(
    new_browser: Callable[..., Browser], site: Site, link: str, pool: "Pool[Any]"
) -> None:
    person = new_browser()
    await person.get(link)
    await person.get(CONTACT)
    await person.post(f"{CONTACT}/code")
    code = await mailed(pool)

    await person.post(CONTACT, {"name": "B. Deputy", "email": DEPUTY, "code": code})

    assert "from now on" in person.text
    for _ in range(2):
        replaced = await person.get(link)
        assert replaced.status_code == 404
        assert "This link is not valid" in person.text
    contact, code_message = (await sent(pool))[-2:]
    reference = await reference_of(pool)
    assert contact.type == "gov.cri.contact.set.v1"
    assert contact.data == {
        "contact_id": reference,
        "name": "B. Deputy",
        "email": DEPUTY,
        "of_caller": False,
    }
    assert code_message.type == "gov.cri.code.send.v1"  # its mail has the new link
    page = await new_browser().get(f"/s/{link_token(site, reference, DEPUTY)}")
    assert page.status_code == 200


async def test_after_a_restore_the_link_leads_to_whom_the_messages_since_the_dump_name(
    new_browser: Callable[..., Browser], site: Site, link: str, pool: "Pool[Any]"
) -> None:
    reference = await reference_of(pool)
    deputy = Contact(contact_id=reference, name="B. Deputy", email=DEPUTY)
    async with pool.acquire() as connection, connection.transaction():
        await say(connection, [deputy], subject=reference, at=site.business_time())
    await pool.execute(_ANNOUNCE)
    for table in ("requests", "drafts"):
        await pool.execute(f"DELETE FROM {table}")  # the dump is older than the request

    async with pool.acquire() as connection, connection.transaction():
        await Restore(partial(keep_page, site)).fold(connection)
    await take_in(pool, told("accepted", 1, {"reference": reference, "tracking_number": NUMBER}))

    assert (await new_browser().http.get(link)).status_code == 404
    page = await new_browser().get(f"/s/{link_token(site, reference, DEPUTY)}")
    assert "Alturas Police Department" in page.text


@pytest.mark.parametrize(
    "changes", [{"email": ""}, {"email": "no address"}, {"name": ""}, {"name": "123-45-6789"}]
)
async def test_a_contact_that_nobody_could_be_reached_by_is_refused_and_no_try_is_counted(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]", changes: dict[str, str]
) -> None:
    person = new_browser()
    await person.get(link)
    await person.get(CONTACT)
    await person.post(f"{CONTACT}/code")
    form = {"name": "B. Deputy", "email": DEPUTY, "code": "1", **changes}

    page = await person.post(CONTACT, form)

    assert page.status_code == 422
    assert f'id="{next(iter(changes))}-error"' in page.text
    assert await pool.fetchval("SELECT tries FROM codes") == 0


async def test_links_that_are_unknown_replaced_and_too_old_look_the_same(
    new_browser: Callable[..., Browser], site: Site, link: str, pool: "Pool[Any]"
) -> None:
    reference = await reference_of(pool)
    replaced = f"/s/{link_token(site, reference, DEPUTY)}"
    unknown = [
        await new_browser().http.get(each) for each in (replaced, "/s/x", f"/s/{'x' * 999}")
    ]
    without = await new_browser().http.get("/status")
    await pool.execute("UPDATE requests SET ended_at = now() - $1::interval", store.SHOWN)
    answers = [*unknown, without, await new_browser().http.get(link)]

    assert {each.status_code for each in answers} == {404}
    assert len({each.text for each in answers}) == 1


async def test_an_expired_link_is_swept_with_what_was_told(link: str, pool: "Pool[Any]") -> None:
    await store.sweep_sessions(pool)
    assert await pool.fetchval("SELECT count(*) FROM requests") == 1
    await pool.execute("UPDATE requests SET ended_at = now() - $1::interval", store.SHOWN)

    await store.sweep_sessions(pool)

    for table in ("requests", "told"):
        assert await pool.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_what_was_told_twice_or_out_of_order_is_shown_once_and_the_last_stands(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    later = status(5, "assigned", "A provider helps you from now on.")
    reminder = told("clock_late", 4, {"tracking_number": NUMBER, "sentence": "It is late."})

    await take_in(pool, later, later, status(3, "offered", "A provider is asked."), reminder)
    await take_in(pool, status(2))

    page = await new_browser().get(link)
    assert page.text.count("A provider helps you from now on.") == 2  # as it stands, and as told
    for words in ("A provider is asked.", "It is late.", SENTENCE):
        assert page.text.count(words) == 1, words


async def test_each_sentence_says_by_which_channel_it_was_told(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    """The page names no address: others may have the link. What is old says nothing."""
    answer = told("status", 3, {"tracking_number": NUMBER, "sentence": "You asked, and it waits."})
    await take_in(pool, answer, status(4, "offered", "A provider is asked."))
    await take_in(pool, status(5, "assigned", "It was told long ago."))
    await pool.execute("UPDATE told SET by_mail = NULL WHERE number = 5")

    person = new_browser()
    await person.get(link)
    text = person.text

    assert "You asked, and it waits. On this page only." in text
    assert "A provider is asked. By email and on this page." in text
    assert f"{SENTENCE} By email and on this page." in text
    assert "It was told long ago." in text
    assert "It was told long ago. By" not in text
    assert text.count("on this page.") == 2
    assert CHIEF not in text


async def test_what_a_provider_is_told_of_the_request_is_not_shown(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, status(3, "offered", "For the provider alone.", audience="noble"))

    page = await new_browser().get(link)

    assert "For the provider alone." not in page.text
    assert SENTENCE in page.text


async def test_requests_of_others_are_not_kept(link: str, pool: "Pool[Any]") -> None:
    other = status(3).model_copy(
        update={"data": {**status(3).data, "tracking_number": "CRI-2026-000043-K"}}
    )

    await take_in(pool, other)

    assert await pool.fetchval("SELECT count(*) FROM told") == 1


async def test_a_form_from_elsewhere_or_of_another_browser_does_nothing(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    person, other = new_browser(), new_browser()
    await person.get(link)
    await other.get("/lost")
    before = len(await sent(pool))
    for path in (WITHDRAW, CONTACT, f"{WITHDRAW}/code", f"{CONTACT}/code"):
        shown = await person.get(WITHDRAW)
        foreign = await person.post(path, headers={"origin": "https://evil.example"})
        person.shown = shown
        planted = await person.post(path, {"csrf": other.token})
        stranger = await other.send(path)
        assert (foreign.status_code, planted.status_code) == (403, 422), path
        assert stranger.status_code == 404

    assert len(await sent(pool)) == before


async def ask_for_link(browser: Browser, number: str, email: str) -> Any:
    await browser.get("/lost")
    return await browser.post("/lost", {"number": number, "email": email})


async def test_a_lost_link_is_sent_to_the_contact_alone_and_the_answer_is_the_same(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    before = len(await sent(pool))
    pages = []
    for number, email in (
        (NUMBER, DEPUTY),
        ("CRI-2026-000043-K", CHIEF),
        ("", ""),
        (NUMBER.lower(), CHIEF.upper()),
    ):
        assert len(await sent(pool)) == before
        page = await ask_for_link(new_browser(), number, email)
        shown = re.sub(r'value="[^"]*"', "", page.text)
        pages.append((page.status_code, shown))

    assert len(set(pages)) == 1
    asked = (await sent(pool))[before:]
    assert [each.data["contact_id"] for each in asked] == [await reference_of(pool)]


async def test_asking_for_links_is_limited_alike_whether_or_not_there_is_a_request(
    new_browser: Callable[..., Browser], link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "OF_NETWORK", 2)

    found = [
        (await ask_for_link(new_browser(), NUMBER, email)).status_code
        for email in (DEPUTY, DEPUTY, CHIEF)
    ]

    assert found == [200, 200, 429]


async def test_nor_does_asking_without_end_tell_of_a_request(
    new_browser: Callable[..., Browser], link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = proving.OF_ADDRESS + 2
    monkeypatch.setattr(proving, "OF_NETWORK", most)

    found = [
        [
            (await ask_for_link(new_browser(address=client), NUMBER, email)).status_code
            for _ in range(most + 1)
        ]
        for client, email in (("198.51.100.1", CHIEF), ("192.0.2.1", DEPUTY))
    ]

    assert found == [[200] * most + [429]] * 2


async def test_a_stranger_who_asks_for_links_does_not_keep_the_contact_from_acting(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    person = new_browser()
    await person.get(link)
    await person.get(WITHDRAW)
    await person.post(f"{WITHDRAW}/code")
    code = await mailed(pool)
    for number in range(proving.OF_ADDRESS + 1):
        await ask_for_link(new_browser(address=f"198.51.{number}.7"), NUMBER, CHIEF)

    await person.post(WITHDRAW, {"code": code})

    assert (await sent(pool))[-1].type == "gov.cri.request.withdraw.v1"


async def test_the_code_beside_a_new_link_counts_on_its_page(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await ask_for_link(new_browser(), NUMBER, CHIEF)
    person = new_browser()
    await person.get(link)
    await person.get(WITHDRAW)

    await person.post(WITHDRAW, {"code": await mailed(pool)})

    assert (await sent(pool))[-1].type == "gov.cri.request.withdraw.v1"


async def use_up_tries(stranger: Browser, link: str, code: str) -> None:
    """Have somebody with the link enter wrong codes until no code counts there any more."""
    await stranger.get(link)
    await stranger.get(WITHDRAW)
    for _ in range(proving.MOST_TRIES):
        await stranger.post(WITHDRAW, {"code": another(code)})


@pytest.mark.parametrize("asks", [False, True])
async def test_who_has_a_forwarded_link_cannot_use_up_the_tries_of_its_owner(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]", *, asks: bool
) -> None:
    person, stranger = new_browser(), new_browser(address="198.51.100.1")
    await person.get(link)
    await person.get(WITHDRAW)
    await person.post(f"{WITHDRAW}/code")
    code = await mailed(pool)
    if asks:  # a code of one's own replaces nobody else's
        await stranger.get(link)
        await stranger.get(WITHDRAW)
        await stranger.post(f"{WITHDRAW}/code")
    await use_up_tries(stranger, link, code)

    await person.post(WITHDRAW, {"code": code})

    assert await withdrawals(pool) == [{"tracking_number": NUMBER}]


async def test_nor_those_of_the_code_beside_a_new_link_where_it_was_asked_for(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    person = new_browser()
    await ask_for_link(person, NUMBER, CHIEF)
    code = await mailed(pool)
    await use_up_tries(new_browser(), link, code)
    elsewhere = new_browser()
    await elsewhere.get(link)
    await elsewhere.get(WITHDRAW)
    page = await elsewhere.post(WITHDRAW, {"code": code})
    assert page.status_code == 422
    await person.get(link)
    await person.get(WITHDRAW)

    await person.post(WITHDRAW, {"code": code})

    assert await withdrawals(pool) == [{"tracking_number": NUMBER}]


async def test_a_code_asked_for_on_the_page_counts_in_no_other_browser(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    person, stranger = new_browser(), new_browser()
    for each in (person, stranger):
        await each.get(link)
        await each.get(WITHDRAW)
    await person.post(f"{WITHDRAW}/code")

    page = await stranger.post(WITHDRAW, {"code": await mailed(pool)})

    assert page.status_code == 422
    assert await withdrawals(pool) == []


async def test_a_request_of_a_desk_without_mails_has_no_page(
    browser: Browser, site: Site, pool: "Pool[Any]"
) -> None:
    site.links = None
    await browser.fill_in()
    await browser.post("/request/send")

    assert await pool.fetchval("SELECT count(*) FROM requests") == 0
    assert (await browser.get("/s/x")).status_code == 404
