"""A code by mail proves an address, and neither asking nor guessing tells anything of one."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from services.intake.agency_list import AgencyList, AgencyRow
from services.webdesk import proving, store
from services.webdesk.acts import IN_TOPIC, WEB_DESK
from services.webdesk.proving import MOST_TRIES, Codes, Matter
from services.webdesk.site import review_pages
from services.webdesk.site.visits import COOKIE, Site
from shared.business_clock import REAL_TIME
from shared.contracts.inbound import Contact, Inbound
from shared.one_time_codes import code_of
from tests.examples.inbound import submission
from tests.examples.intake import Intake, events
from tests.examples.webdesk import ALTURAS, ANSWERS, answers
from tests.integration.webdesk.conftest import CODE_KEY, Browser, answer

Pool = asyncpg.Pool
ASK, ENTER = "/request/code", "/request/code/enter"
KEY = CODE_KEY.encode()
MATTER = Matter("c-1", "CRI-2026-000042-J", "act")
NETWORK = b"network"


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers here: a page does not wait for it."""
    monkeypatch.setattr(review_pages, "ANSWER_SECONDS", 0.0)


@pytest.fixture
def codes() -> Codes:
    return Codes(KEY, REAL_TIME)


async def sent(pool: "Pool[Any]") -> list[Inbound]:
    """Return what the desk says, in its order."""
    rows = await pool.fetch("SELECT value FROM outbox ORDER BY id")
    return [Inbound.model_validate_json(row["value"]) for row in rows]


async def mailed(pool: "Pool[Any]") -> str:
    """Return the code that notifications mails for the last message that asks for one."""
    last = [each for each in await sent(pool) if each.type == "gov.cri.code.send.v1"][-1]
    participant = last.onbehalfof or "web-desk"
    contact = f"contact:{participant}:{last.data['contact_id']}"
    return code_of(KEY, contact=contact, about=last.data["about"], counter=last.data["counter"])


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08}"


async def ask(codes: Codes, pool: "Pool[Any]", matter: Matter = MATTER, **more: Any) -> bool:
    async with pool.acquire() as connection, connection.transaction():
        return await codes.ask(connection, matter, **{"network": NETWORK, **more})


async def prove(
    codes: Codes, pool: "Pool[Any]", code: str, matter: Matter = MATTER
) -> bytes | None:
    async with pool.acquire() as connection, connection.transaction():
        return await codes.prove(connection, matter, code)


async def test_the_code_that_was_mailed_counts_once(codes: Codes, pool: "Pool[Any]") -> None:
    await ask(codes, pool)
    code = await mailed(pool)

    assert await prove(codes, pool, f" {code[:4]} {code[4:]} ") is not None
    assert await prove(codes, pool, code) is None


async def test_of_two_clicks_at_once_one_counts(codes: Codes, pool: "Pool[Any]") -> None:
    await ask(codes, pool)
    code = await mailed(pool)

    clicks = await asyncio.gather(prove(codes, pool, code), prove(codes, pool, code))

    assert [each is None for each in clicks].count(False) == 1


@pytest.mark.parametrize("given", ["", "1", "١٢٣٤٥٦٧٨", "123456789", "é" * 8])
async def test_what_is_no_code_is_wrong(codes: Codes, pool: "Pool[Any]", given: str) -> None:
    await ask(codes, pool)

    assert await prove(codes, pool, given) is None


async def test_after_five_tries_the_code_counts_no_more(codes: Codes, pool: "Pool[Any]") -> None:
    await ask(codes, pool)
    code = await mailed(pool)
    for _ in range(MOST_TRIES):
        assert await prove(codes, pool, another(code)) is None

    assert await prove(codes, pool, code) is None
    await ask(codes, pool)
    assert await prove(codes, pool, await mailed(pool)) is not None


async def test_after_15_minutes_the_code_counts_no_more(codes: Codes, pool: "Pool[Any]") -> None:
    await ask(codes, pool)
    minutes = "SELECT extract(epoch FROM expires_at - now()) / 60 FROM codes"
    assert 14 < await pool.fetchval(minutes) <= 15
    await pool.execute("UPDATE codes SET expires_at = now()")

    assert await prove(codes, pool, await mailed(pool)) is None


async def test_a_newer_code_takes_the_place_of_an_older_one(
    codes: Codes, pool: "Pool[Any]"
) -> None:
    await ask(codes, pool)
    older = await mailed(pool)
    await prove(codes, pool, another(older))
    await ask(codes, pool)

    assert await prove(codes, pool, older) is None
    assert await pool.fetchval("SELECT tries FROM codes") == 1
    assert await prove(codes, pool, await mailed(pool)) is not None


async def test_a_code_counts_for_its_matter_and_contact_alone(
    codes: Codes, pool: "Pool[Any]"
) -> None:
    await ask(codes, pool)
    code = await mailed(pool)
    others = (
        MATTER._replace(about="CRI-2026-000043-K"),
        MATTER._replace(contact_id="c-2"),
        MATTER._replace(participant="provider"),
    )
    for other in others:
        assert await prove(codes, pool, code, other) is None
        await ask(codes, pool, other, network=other.contact.encode())
        assert await prove(codes, pool, code, other) is None
    assert await prove(codes, pool, code) is not None


async def test_a_code_for_a_provider_is_asked_for_on_its_behalf(
    codes: Codes, pool: "Pool[Any]"
) -> None:
    matter = Matter("duty-desk", "offer-1", "act", "training-virtual", "contact:p-1")

    await ask(codes, pool, matter)

    (message,) = await sent(pool)
    assert (message.onbehalfof, message.actor) == ("training-virtual", "contact:p-1")
    assert await prove(codes, pool, await mailed(pool), matter) is not None


def contact(address: str, contact_id: str = "c-1") -> Contact:
    return Contact(contact_id=contact_id, name="A. Chief", email=address)


async def test_a_contact_is_set_before_its_code_is_sent_in_order(
    codes: Codes, pool: "Pool[Any]"
) -> None:
    await ask(codes, pool, contact=contact("chief@alturas.example"))

    first, second = await sent(pool)
    assert (first.type, second.type) == ("gov.cri.contact.set.v1", "gov.cri.code.send.v1")
    assert first.data["email"] == "chief@alturas.example"
    assert int(str(first.sequence)) + 1 == int(str(second.sequence))
    keys = await pool.fetch("SELECT DISTINCT topic, key FROM outbox")
    assert [tuple(row) for row in keys] == [(IN_TOPIC, b"c-1")]


async def test_what_is_proved_is_the_address_that_the_code_went_to(
    codes: Codes, pool: "Pool[Any]"
) -> None:
    await ask(codes, pool, contact=contact("Chief@Alturas.example"))

    proved = await prove(codes, pool, await mailed(pool))

    assert proved == codes.hash_of("chief@alturas.EXAMPLE") != codes.hash_of("other@b.example")


async def test_an_address_that_is_set_later_does_not_get_the_code_of_an_earlier_one(
    codes: Codes, pool: "Pool[Any]"
) -> None:
    await ask(codes, pool, contact=contact("chief@alturas.example"))
    earlier, other = await mailed(pool), MATTER._replace(about="another matter")

    await ask(codes, pool, other, contact=contact("stranger@freemail.example"))

    assert await prove(codes, pool, earlier) is None


async def test_an_address_gets_three_codes_an_hour_in_any_notation_and_nothing_tells(
    codes: Codes, pool: "Pool[Any]"
) -> None:
    addresses = ["chief@a.example", "Chief@a.example", "chief@A.example", "CHIEF@a.example"]
    answered = [
        await ask(
            codes,
            pool,
            MATTER._replace(contact_id=f"c-{number}"),
            contact=contact(address, f"c-{number}"),
        )
        for number, address in enumerate(addresses)
    ]

    assert answered == [True] * 4
    assert len(await sent(pool)) == 2 * 3
    await pool.execute("UPDATE codes_asked SET asked_at = now() - interval '1 hour'")
    await ask(codes, pool, MATTER, contact=contact(addresses[0]))
    assert len(await sent(pool)) == 2 * 4


async def test_a_contact_asks_for_so_many_codes_an_hour_whatever_its_addresses(
    codes: Codes, pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "OF_CONTACT", 2)
    for number in range(3):
        assert await ask(codes, pool, contact=contact(f"a{number}@a.example"))

    assert len(await sent(pool)) == 2 * 2


@pytest.mark.parametrize("limit", ["OF_NETWORK", "OF_ALL"])
async def test_a_network_and_all_ask_for_so_many_codes_an_hour(
    codes: Codes, pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(proving, limit, 2)
    monkeypatch.setattr(proving, "FIRST", 0)
    asked = [
        await ask(
            codes,
            pool,
            MATTER._replace(contact_id=f"c-{number}"),
            network=NETWORK if limit == "OF_NETWORK" else str(number).encode(),
        )
        for number in range(3)
    ]

    assert asked == [True, True, False]
    assert len(await sent(pool)) == 2


async def test_a_few_networks_cannot_use_up_what_all_share(
    codes: Codes, pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit, number in (("OF_ALL", 4), ("FIRST", 2), ("OF_ALL_FIRST", 6)):
        monkeypatch.setattr(proving, limit, number)
    networks = ("a", "a", "a", "a", "a", "b", "b", "b", "c")

    asked = [
        await ask(codes, pool, MATTER._replace(contact_id=f"c-{number}"), network=name.encode())
        for number, name in enumerate(networks)
    ]

    assert asked == [True, True, True, True, False, True, True, False, False]


async def test_strangers_cannot_use_up_the_codes_of_who_has_the_link(
    codes: Codes, pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    by_link = MATTER._replace(from_link=True)
    for number in range(proving.OF_ADDRESS + 1):
        await ask(codes, pool, MATTER._replace(browser=f"b-{number}"), network=b"elsewhere")
    monkeypatch.setattr(proving, "OF_ALL", 0)
    before = len(await sent(pool))

    for _ in range(proving.OF_ADDRESS + 1):
        assert await ask(codes, pool, by_link)

    asked = (await sent(pool))[before:]
    assert [each.data["from_link"] for each in asked] == [True] * proving.OF_ADDRESS
    assert await prove(codes, pool, await mailed(pool), by_link) is not None


async def test_another_browser_neither_replaces_a_code_nor_uses_up_its_tries(
    codes: Codes, pool: "Pool[Any]"
) -> None:
    own, other = (MATTER._replace(browser=name) for name in ("own", "other"))
    await ask(codes, pool, own)
    code = await mailed(pool)

    await ask(codes, pool, other, network=b"elsewhere")
    for _ in range(MOST_TRIES + 1):
        assert await prove(codes, pool, another(code), other) is None

    assert await prove(codes, pool, code, other) is None
    assert await prove(codes, pool, code, own) is not None


async def test_asks_at_once_do_not_pass_the_limit_together(
    codes: Codes, pool: "Pool[Any]"
) -> None:
    await asyncio.gather(
        *(
            ask(
                codes,
                pool,
                MATTER._replace(contact_id=f"c-{number}"),
                contact=contact("chief@a.example", f"c-{number}"),
            )
            for number in range(8)
        )
    )

    assert len(await sent(pool)) == 2 * 3


async def test_nothing_that_is_stored_has_a_code_or_an_address(
    codes: Codes, pool: "Pool[Any]"
) -> None:
    with capture_logs() as logged:
        await ask(codes, pool, contact=contact("chief@alturas.example"))
        code = await mailed(pool)
        await prove(codes, pool, another(code))
    held = [str(await pool.fetch(f"SELECT * FROM {table}")) for table in ("codes", "codes_asked")]
    messages = [json.dumps(each.data) for each in await sent(pool)]

    assert code not in "".join([*held, *messages, str(logged)])
    assert "alturas" not in "".join([*held, str(logged)])


async def test_e37_no_code_and_no_hash_of_a_forgotten_person_is_held(
    codes: Codes, pool: "Pool[Any]"
) -> None:
    person, other = (MATTER._replace(contact_id=name) for name in ("WEB-1", "WEB-2"))
    for each in (person, other):
        address = f"{each.contact_id}@a.example"
        await ask(codes, pool, each, contact=contact(address, each.contact_id))
        await ask(codes, pool, each._replace(from_link=True))

    await store.forget(pool, ["WEB-1"])

    for table, rows in (("codes", 1), ("codes_asked", 2)):
        held = await pool.fetch(f"SELECT contact FROM {table}")
        assert len(held) == rows, table
        assert all("WEB-2" in row["contact"] for row in held), table


async def test_old_codes_are_swept(codes: Codes, pool: "Pool[Any]") -> None:
    await ask(codes, pool)
    await pool.execute("UPDATE codes SET expires_at = now()")
    await pool.execute("UPDATE codes_asked SET asked_at = now() - interval '1 hour'")

    await store.sweep_sessions(pool)

    assert await pool.fetchval("SELECT count(*) FROM codes") == 0
    assert await pool.fetchval("SELECT count(*) FROM codes_asked") == 0


async def confirm(browser: Browser, pool: "Pool[Any]", given: Any = ANSWERS) -> None:
    """Fill in a request and prove its address."""
    await browser.fill_in(given)
    await browser.get(ASK)
    await browser.post(ASK)
    await browser.post(ENTER, {"code": await mailed(pool)}, after=0)


async def authority(browser: Browser, pool: "Pool[Any]") -> Any:
    """Send the request, and return what it says of its authority."""
    await browser.get("/request/review")
    await browser.post("/request/send")
    return (await sent(pool))[-1].data["authority"]


def basis(request: Inbound, *domains: str) -> str:
    """Return what intake takes as the basis of *request*, if the agency has these domains."""
    intake = Intake()
    listed = AgencyRow(ALTURAS, "Alturas Police Department", "city", "US-CA")
    intake.batch.agencies = AgencyList([listed])
    intake.send("agency.set", {"id": ALTURAS, "known_domains": list(domains)})
    data = {**request.data, "topics": submission()["topics"]}
    accepted, *_ = events(intake.send("request.submit", data, sender=WEB_DESK))
    found: str = accepted.data.authority.basis
    return found


async def test_e1_a_code_to_an_address_of_the_agency_speaks_for_its_executive(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    page = await browser.fill_in()
    assert '<a href="/request/code">Confirm the address</a>' in page.text
    await confirm(browser, pool)

    assert "Your email address is confirmed" in browser.text
    assert await authority(browser, pool) == {
        "basis": "code_to_address",
        "on": "2026-03-02",
        "address": "chief@alturas.example",
    }
    assert basis((await sent(pool))[-1], "alturas.example") == "code_to_known_address"


async def test_e5_a_code_to_any_other_address_does_not_and_the_page_says_the_same(
    browser: Browser, new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    own, free = "chief@alturas.example", "chief@freemail.example"
    said = []
    for address in (own, free):
        each = new_browser()
        await confirm(each, pool, answers("people", email=address))
        reference = await pool.fetchval(
            "SELECT max(reference) FROM drafts WHERE state = 'started'"
        )
        shown = each.text.replace(address, "").replace(reference, "")
        said.append(shown)
        await each.post("/request/send")

    assert said[0] == said[1]
    assert basis((await sent(pool))[-1], "alturas.example") == "claimed"


async def test_without_a_code_the_request_is_only_claimed(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.fill_in()

    assert await authority(browser, pool) == {"basis": "claimed", "on": "2026-03-02"}


async def test_another_address_is_not_confirmed_by_the_code_of_the_one_before(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await confirm(browser, pool)
    changed = answers("people", email="chief@freemail.example")["people"]
    await browser.get("/request/page/people")
    await browser.post("/request/page/people", dict(changed))

    page = await browser.get("/request/review")

    assert "Confirm the address" in page.text
    assert (await authority(browser, pool))["basis"] == "claimed"


async def test_a_code_that_was_under_way_when_the_request_was_sent_counts_no_more(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.fill_in()
    await browser.get(ASK)
    await browser.post(ASK)
    code = await mailed(pool)
    changed = answers("people", email="stranger@freemail.example")["people"]
    await browser.get("/request/page/people")
    await browser.post("/request/page/people", dict(changed))
    await browser.get("/request/review")
    await browser.post("/request/send")
    await answer(pool, "refused", reasons=[{"path": "/data/topics/0", "message": "No."}])
    await browser.get(ASK)

    await browser.post(ENTER, {"code": code})

    assert await pool.fetchval("SELECT proved_address FROM drafts") is None


async def test_a_wrong_code_is_counted_and_says_nothing_more(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.fill_in()
    await browser.get(ASK)
    before_any = await browser.post(ENTER, {"code": "12345678"})
    await browser.get(ASK)
    await browser.post(ASK)
    code = await mailed(pool)
    wrong = await browser.post(ENTER, {"code": another(code)})

    assert wrong.status_code == before_any.status_code == 422
    assert "This code did not work" in browser.text
    assert await pool.fetchval("SELECT tries FROM codes") == 1
    assert await pool.fetchval("SELECT proved_address FROM drafts") is None


async def test_the_page_is_the_same_for_every_address_and_beyond_its_limit(
    new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    pages = []
    for number in range(5):
        browser = new_browser()
        await browser.fill_in()
        await browser.get(ASK)
        page = await browser.post(ASK)
        reference = await pool.fetchval(
            "SELECT reference FROM drafts ORDER BY started_at DESC LIMIT 1"
        )
        shown = page.text.replace(reference, "").replace(browser.token, "")
        pages.append((page.status_code, shown))
        assert number < 5

    assert len(set(pages)) == 1
    assert len(await sent(pool)) == 2 * 3


async def test_above_the_limit_of_its_network_a_page_says_so(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "OF_NETWORK", 0)
    await browser.fill_in()
    await browser.get(ASK)

    page = await browser.post(ASK)

    assert page.status_code == 429
    assert "202-555-0100" in page.text


async def test_session_id_renewed_after_a_code(browser: Browser, pool: "Pool[Any]") -> None:
    await browser.fill_in()
    before = browser.http.cookies[COOKIE]
    await browser.get(ASK)
    await browser.post(ASK)
    assert browser.http.cookies[COOKIE] == before

    await browser.post(ENTER, {"code": await mailed(pool)})

    assert browser.http.cookies[COOKIE] != before
    browser.http.cookies.set(COOKIE, before, domain="help.example")
    assert (await browser.http.get("/request/review")).status_code == 403


async def test_without_a_key_there_are_no_codes(
    browser: Browser, site: Site, pool: "Pool[Any]"
) -> None:
    site.codes = None
    page = await browser.fill_in()

    assert "Confirm" not in page.text
    assert (await browser.get(ASK)).status_code == 404


async def test_who_has_not_said_whom_to_reach_is_led_there(browser: Browser) -> None:
    await browser.begin()

    page = await browser.get(ASK)

    assert '<a href="/request/page/people">' in page.text
    assert "Send a code" not in page.text
