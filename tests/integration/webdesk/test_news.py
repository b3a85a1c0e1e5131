"""Somebody asks for news, confirms it and ends it: on pages, and by one click."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from structlog.testing import capture_logs

from deploy.local.stack import Stack
from deploy.stack.kafka import ADMIN
from services.webdesk import store
from services.webdesk.acts import IN_TOPIC
from services.webdesk.site.visits import Site
from shared.contracts.inbound import DATA, Inbound
from shared.contracts.links import Gets, Links
from tests.examples.webdesk import LINK_KEY, URL
from tests.integration.delivery.consumers import until
from tests.integration.delivery.test_relay import empty, relay
from tests.integration.settings import service_settings
from tests.integration.webdesk.conftest import Browser, Time

Pool = asyncpg.Pool
ADDRESS, OTHER = "chief@agency.example", "sheriff@county.example"
SUBSCRIPTION = "7d0e6c1a-0f5c-5b83-8b7c-2f1d3c9a4e55"
LINKS = Links(URL, bytes.fromhex(LINK_KEY))
BOTH = ["monthly_update", "solicitations"]
ALL = ["monthly_update", "reports", "solicitations"]
CONFIRM, PREFERENCES = LINKS.confirm(SUBSCRIPTION, BOTH), LINKS.preferences(SUBSCRIPTION)
END = LINKS.end(SUBSCRIPTION, "monthly_update")
PAGES = {CONFIRM: "/confirm", END: "/end", PREFERENCES: "/preferences"}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


async def messages(pool: "Pool[Any]") -> list[tuple[str, dict[str, Any]]]:
    """Return type and data of each message in the outbox; each is a valid message."""
    found = []
    for row in await pool.fetch("SELECT topic, value FROM outbox ORDER BY id"):
        message = Inbound.model_validate_json(row["value"])
        DATA[message.type].model_validate(message.data)
        assert row["topic"] == IN_TOPIC
        found.append((message.type, message.data))
    return found


async def ask(browser: Browser, address: str = ADDRESS, **wishes: Any) -> Any:
    await browser.get("/subscriptions")
    return await browser.post(
        "/subscriptions",
        {"address": address, "kinds": BOTH, "cadence": "at_once", "program": "", **wishes},
    )


async def press(browser: Browser, link: str, **more: Any) -> Any:
    """Open *link* and press the button of its page."""
    page = await browser.get(link)
    shown = re.search(r'name="link" value="([^"]+)"', page.text)
    assert shown is not None
    return await browser.post(page.url.path, {"link": shown[1], **more}, after=0)


async def click(app: Any, time: Time, link: str, **body: Any) -> Any:
    """Do what a mail program does: it has no cookie, and sends no origin."""
    sent = await Browser(app, time).http.post(link, **(body or {"data": ONE_CLICK}))
    assert "set-cookie" not in sent.headers
    return sent


async def test_an_address_is_passed_on_with_what_is_wished(
    browser: Browser, pool: "Pool[Any]", site: Site
) -> None:
    await ask(browser, program="cri-tac", cadence="monthly")

    assert "An email is on its way" in browser.text
    (kind, data) = (await messages(pool))[0]
    assert kind == "gov.cri.subscription.ask.v1"
    assert data == {
        "address": ADDRESS, "kinds": BOTH, "cadence": "monthly", "program": "cri-tac",
    }  # fmt: skip
    assert site.relay_wake.is_set()


async def test_e23_the_answer_is_the_same_for_every_address(
    new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    subscribed, unknown = new_browser(), new_browser()
    await press(new_browser(), CONFIRM)

    answers = [await ask(subscribed), await ask(unknown, OTHER)]

    first, second = ((each.status_code, each.headers, each.content) for each in answers)
    assert first == second
    asked = [data["address"] for kind, data in await messages(pool) if ".ask." in kind]
    assert asked == [ADDRESS, OTHER]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("address", ""),
        ("address", "nobody"),
        ("address", "a@b.example\r\nBcc: c@d.example"),
        ("address", "a@b.example, c@d.example"),
        ("address", f"{'a' * 250}@b.example"),
        ("kinds", []),
        ("kinds", ["gossip"]),
        ("cadence", "hourly"),
        ("program", "cri-moon"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_sent(
    browser: Browser, pool: "Pool[Any]", field: str, value: Any
) -> None:
    page = await ask(browser, **{field: value})

    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert await messages(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM asks") == 0


async def test_two_clicks_on_the_form_are_one_ask(browser: Browser, pool: "Pool[Any]") -> None:
    await browser.get("/subscriptions")
    browser._time.pass_seconds(10)
    form = {"address": ADDRESS, "kinds": BOTH}

    clicks = await asyncio.gather(*(browser.send("/subscriptions", form) for _ in range(2)))

    assert [each.headers["location"] for each in clicks] == ["/subscriptions/asked"] * 2
    assert len(await messages(pool)) == 1


async def test_one_address_is_written_to_once_in_ten_minutes_and_three_times_a_day(
    new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    sent, answers = [], set()
    for number in range(4):
        address = ADDRESS.upper() if number else ADDRESS
        for network in (1, 2):
            browser = new_browser(address=f"198.51.{network}.{number}")
            answers.add((await ask(browser, address)).content)
            sent.append(len(await messages(pool)))
        await pool.execute("UPDATE asks SET asked_at = asked_at - interval '10 minutes'")

    assert sent == [1, 1, 2, 2, 3, 3, 3, 3]
    assert len(answers) == 1, "who asks learns that others have asked"


async def test_an_ask_that_sends_nothing_counts_for_who_sends_it(
    new_browser: Callable[..., Browser], pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "OF_CLIENT", 3)
    await ask(new_browser(address="198.51.100.1"))
    browser = new_browser()

    statuses = [
        (await ask(browser, address)).status_code
        for address in (ADDRESS, "one@a.example", "two@a.example", "three@a.example", ADDRESS)
    ]

    assert statuses == [200, 200, 200, 429, 429]
    assert len(await messages(pool)) == 3


async def test_clients_networks_and_all_together_are_limited(
    new_browser: Callable[..., Browser], pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "OF_CLIENT", 2)
    monkeypatch.setattr(store, "OF_NETWORK", 3)
    monkeypatch.setattr(store, "OF_ALL", 5)
    monkeypatch.setattr(store, "FIRST", 0)
    came = ["203.0.113.1"] * 3 + ["203.0.113.2"] * 2 + ["198.51.100.1"] * 2 + ["192.0.2.1"]

    statuses = [
        (await ask(new_browser(address=client), f"p{number}@a.example")).status_code
        for number, client in enumerate(came)
    ]

    assert statuses == [200, 200, 429, 200, 429, 200, 200, 429]


async def test_a_few_networks_cannot_use_up_what_all_share(
    new_browser: Callable[..., Browser], pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit, number in (("OF_ALL", 2), ("FIRST", 1), ("OF_ALL_FIRST", 3)):
        monkeypatch.setattr(store, limit, number)
    came = ["203.0.113.1"] * 3 + ["198.51.100.1"] * 2 + ["192.0.2.1"]

    statuses = [
        (await ask(new_browser(address=client), f"p{number}@a.example")).status_code
        for number, client in enumerate(came)
    ]

    assert statuses == [200, 200, 429, 200, 429, 429]


async def test_asks_at_the_same_time_do_not_pass_the_limit(
    new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    answers = await asyncio.gather(*(ask(new_browser()) for _ in range(6)))

    assert {each.status_code for each in answers} == {200}
    assert len(await messages(pool)) == 1


async def test_no_address_and_no_link_is_in_a_table_or_a_log(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    with capture_logs() as logged:
        await ask(browser)
        for link in PAGES:
            await press(browser, link, kinds=BOTH)
    stored: list[str] = []
    tables = await pool.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'outbox'"
        " AND has_table_privilege(tablename, 'SELECT')"
    )
    for (table,) in tables:
        stored += [str(dict(row)) for row in await pool.fetch(f"SELECT * FROM {table}")]

    sent = str((await messages(pool))[1:])
    for secret in (ADDRESS, *(link.rpartition("/")[2] for link in PAGES)):
        assert secret not in str(logged)
        assert secret not in str(stored)
        assert secret not in sent


@pytest.mark.parametrize("link", PAGES)
async def test_e24_opening_a_link_changes_nothing_and_shows_a_button(
    browser: Browser, new_browser: Callable[..., Browser], pool: "Pool[Any]", link: str
) -> None:
    for scanner in (new_browser() for _ in range(5)):
        assert (await scanner.get(link)).status_code == 200
        assert (await scanner.http.head(link)).status_code == 303
    opened = await browser.http.get(link)

    assert await messages(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM link_uses") == 0
    assert opened.headers["location"] == f"/subscriptions{PAGES[link]}"
    assert opened.headers["cache-control"] == "no-store"
    for part in ("; secure", "; httponly", "; samesite=lax", "; path=/"):
        assert part in opened.headers["set-cookie"].lower()
    assert "<button" in (await browser.get(link)).text


async def test_e24_the_button_confirms(browser: Browser, pool: "Pool[Any]", site: Site) -> None:
    await press(browser, CONFIRM)

    assert "Thank you for confirming" in browser.text
    (sent,) = await messages(pool)
    assert sent == (
        "gov.cri.subscription.confirm.v1",
        {"subscription_id": SUBSCRIPTION, "kinds": BOTH},
    )
    assert site.relay_wake.is_set()


async def test_e25_who_asks_again_is_told_the_same_and_confirms_nothing(
    browser: Browser, new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    await press(browser, CONFIRM)

    await ask(new_browser())

    kinds = [kind.split(".")[3] for kind, _ in await messages(pool)]
    assert kinds == ["confirm", "ask"]


async def test_e26_one_click_ends_that_kind_without_a_cookie_a_page_or_a_redirect(
    app: Any, time: Time, pool: "Pool[Any]", site: Site
) -> None:
    answered = await click(app, time, END)

    assert (answered.status_code, answered.content) == (200, b"")
    assert await messages(pool) == [
        (
            "gov.cri.subscription.end.v1",
            {"subscription_id": SUBSCRIPTION, "kinds": ["monthly_update"], "by": "one_click"},
        )
    ]
    assert site.relay_wake.is_set()


async def test_e26_mail_programs_may_send_it_as_multipart(
    app: Any, time: Time, pool: "Pool[Any]"
) -> None:
    parts = {"List-Unsubscribe": (None, "One-Click")}

    assert (await click(app, time, END, files=parts)).status_code == 200
    assert len(await messages(pool)) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"data": {"List-Unsubscribe": "no"}}, 400),
        ({"data": {"other": "One-Click"}}, 400),
        ({"files": {"List-Unsubscribe": (None, "no")}}, 400),
        ({"json": ONE_CLICK}, 400),
        ({"content": b"\xff\xfe", "headers": {"content-type": "multipart/form-data"}}, 400),
        ({"content": b""}, 400),
        ({"data": {"List-Unsubscribe": "One-Click", "more": "x" * 5000}}, 413),
    ],
)
async def test_e26_anything_else_that_is_posted_ends_nothing(
    app: Any, time: Time, pool: "Pool[Any]", body: Any, status: int
) -> None:
    assert (await click(app, time, END, **body)).status_code == status
    assert await messages(pool) == []


async def test_e26_one_click_works_for_ever_and_again(
    app: Any, time: Time, pool: "Pool[Any]"
) -> None:
    time.pass_seconds(10 * 365 * 86_400)

    statuses = [(await click(app, time, END)).status_code for _ in range(2)]

    assert statuses == [200, 200]
    ids = {json.loads(r["value"])["id"] for r in await pool.fetch("SELECT value FROM outbox")}
    assert len(ids) == 2


async def test_a_link_that_is_used_without_end_is_limited(
    app: Any, time: Time, pool: "Pool[Any]"
) -> None:
    statuses = [(await click(app, time, END)).status_code for _ in range(store.OF_LINK + 1)]
    other = await click(app, time, LINKS.end(SUBSCRIPTION[:-1] + "6", "monthly_update"))

    assert statuses == [200] * store.OF_LINK + [429]
    assert other.status_code == 200
    await pool.execute("UPDATE link_uses SET used_at = used_at - interval '1 hour'")
    assert (await click(app, time, END)).status_code == 200


async def test_what_is_chosen_on_the_page_of_preferences_replaces_what_was(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    wished = {"kinds": ["solicitations"], "cadence": "monthly", "program": "cri-tac"}

    await press(browser, PREFERENCES, **wished)

    assert "Your choice is sent" in browser.text
    about = {"subscription_id": SUBSCRIPTION}
    assert await messages(pool) == [
        ("gov.cri.subscription.set.v1", {**about, **wished}),
        (
            "gov.cri.subscription.end.v1",
            {**about, "kinds": ["monthly_update", "reports"], "by": "link"},
        ),
    ]


async def test_the_page_shows_what_the_subscription_gets_and_starts_from_it(
    browser: Browser,
) -> None:
    gets = Gets(("solicitations",), "monthly", "cri-tac", date(2026, 3, 2))

    page = await browser.get(LINKS.preferences(SUBSCRIPTION, gets))

    assert "What you got on March 2, 2026" in browser.text
    assert "All solicitations and reports in the monthly email" in browser.text
    assert re.search(r'value="solicitations"[^>]* checked>', page.text)
    assert not re.search(r'value="monthly_update"[^>]* checked>', page.text)
    assert '<option value="monthly" selected>' in page.text
    assert '<option value="cri-tac" selected>' in page.text
    wrong = await browser.post(page.url.path, {"kinds": []}, after=0)
    assert not re.search(r'value="solicitations"[^>]* checked>', wrong.text)


async def test_a_link_of_an_earlier_release_shows_no_choice(browser: Browser) -> None:
    page = await browser.get(PREFERENCES)

    assert page.status_code == 200
    assert "What you got" not in browser.text


async def test_who_chooses_everything_ends_nothing(browser: Browser, pool: "Pool[Any]") -> None:
    await press(browser, PREFERENCES, kinds=ALL, cadence="at_once")

    ((kind, data),) = await messages(pool)
    assert (kind, data["kinds"]) == ("gov.cri.subscription.set.v1", ALL)


async def test_everything_is_ended_on_the_page_of_preferences(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await press(browser, PREFERENCES, kinds=["solicitations"], step="all")

    assert "You stopped this email" in browser.text
    ((kind, data),) = await messages(pool)
    assert (kind, sorted(data["kinds"])) == ("gov.cri.subscription.end.v1", ALL)


@pytest.mark.parametrize(
    ("field", "value"),
    [("kinds", []), ("kinds", ["gossip"]), ("cadence", "hourly"), ("program", "cri-moon")],
)
async def test_a_choice_that_is_none_changes_nothing(
    browser: Browser, pool: "Pool[Any]", field: str, value: Any
) -> None:
    page = await press(browser, PREFERENCES, **{"kinds": BOTH, field: value})

    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert await messages(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM link_uses") == 0


async def test_e27_a_click_is_answered_and_kept_while_kafka_is_away_and_sent_once(
    stack: Stack, app: Any, time: Time, pool: "Pool[Any]"
) -> None:
    database = await pool.fetchval("SELECT current_database()")
    there = service_settings(stack, stack.kafka_login(ADMIN), database=database)
    away = there.model_copy(update={"kafka_servers": ["127.0.0.1:1"]})

    async def has_failed() -> bool:
        return "relay.failed" in str(logged)

    with capture_logs() as logged:
        async with relay(away):
            answered = await click(app, time, END)
            await until(has_failed)
    assert answered.status_code == 200
    ((kind, data),) = await messages(pool)
    assert (kind, data["by"]) == ("gov.cri.subscription.end.v1", "one_click")
    kept = await pool.fetchval("SELECT value FROM outbox")

    async with topic_reader(stack) as log, relay(there):
        await until(lambda: empty(pool))
        record = await asyncio.wait_for(log.getone(), timeout=30)
        assert record.value == kept
        assert await log.getmany(timeout_ms=500) == {}


@asynccontextmanager
async def topic_reader(stack: Stack) -> AsyncIterator[AIOKafkaConsumer]:
    """Read what is written to the desk's topic from now on."""
    user, password = stack.kafka_login(ADMIN)
    partition = TopicPartition(IN_TOPIC, 0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=stack.kafka.servers,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username=user,
        sasl_plain_password=password,
    )
    await consumer.start()
    try:
        consumer.assign([partition])
        await consumer.seek_to_end(partition)
        await consumer.position(partition)
        yield consumer
    finally:
        await consumer.stop()


def forged() -> list[str]:
    """Return links that are near to real ones."""
    other = SUBSCRIPTION[:-1] + "6"
    token = END.rpartition("/")[2]
    return [
        END[:-1] + ("A" if END[-1] != "A" else "B"),
        END.replace(SUBSCRIPTION, other),
        END.replace("monthly_update", "solicitations"),
        END.replace("monthly_update", "monthly_update.solicitations"),
        END.replace("/end/", "/confirm/"),
        CONFIRM.replace("/confirm/", "/end/"),
        PREFERENCES.replace("/preferences/", "/end/"),
        f"{URL}/subscriptions/preferences/{SUBSCRIPTION}/{token}",
        f"{URL}/subscriptions/end/{'x' * 3000}",
        f"{URL}/subscriptions/end/{SUBSCRIPTION}/monthly_update/%00{token}",
        Links(URL, bytes(32)).end(SUBSCRIPTION, "monthly_update"),
    ]


@pytest.mark.parametrize("link", forged())
async def test_a_link_that_was_not_written_so_leads_nowhere(
    app: Any, time: Time, pool: "Pool[Any]", browser: Browser, link: str
) -> None:
    opened, posted = await browser.http.get(link), await click(app, time, link)

    assert opened.status_code == 404
    assert posted.status_code in (404, 405)
    assert "set-cookie" not in opened.headers
    await browser.get("/subscriptions")
    for purpose in ("confirm", "end", "preferences"):
        form = {"link": link.partition(f"/{purpose}/")[2], "kinds": BOTH, "step": "all"}
        page = await browser.post(f"/subscriptions/{purpose}", form)
        assert page.status_code == 404
    assert await messages(pool) == []


async def test_a_page_does_what_it_shows_though_another_link_was_opened_since(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    page = await browser.get(LINKS.end(SUBSCRIPTION, "solicitations"))
    shown = re.search(r'name="link" value="([^"]+)"', page.text)
    assert shown is not None
    await browser.get(END)

    await browser.post("/subscriptions/end", {"link": shown[1]})

    ((_, data),) = await messages(pool)
    assert data["kinds"] == ["solicitations"]


async def test_without_the_key_of_links_there_are_no_such_pages(
    pool: "Pool[Any]", time: Time, without_news: Any
) -> None:
    browser = Browser(without_news, time)

    assert "/subscriptions" not in (await browser.get("/")).text
    for link in ("/subscriptions", *PAGES):
        assert (await browser.get(link)).status_code == 404
