"""A code by mail proves an address once, for its matter, for a time."""

import asyncio
import json
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from services.webdesk import store
from services.webdesk.acts import IN_TOPIC
from services.webdesk.proving import MOST_TRIES, Codes, Matter
from tests.integration.webdesk.codes.conftest import MATTER, another, ask, contact, prove
from tests.integration.webdesk.outbox import mailed, sent

Pool = asyncpg.Pool


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
