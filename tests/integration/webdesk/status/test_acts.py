"""With the link alone, a person can only read; a code lets the contact act."""

from collections.abc import Callable
from functools import partial
from typing import Any

import asyncpg
import pytest

from services.webdesk import proving
from services.webdesk.restore import Restore
from services.webdesk.saying import say
from services.webdesk.site.case_visits import keep_page, link_token
from services.webdesk.site.visits import Site
from shared.contracts.inbound import Contact
from tests.integration.webdesk.codes.conftest import another
from tests.integration.webdesk.conftest import Browser
from tests.integration.webdesk.outbox import mailed, sent
from tests.integration.webdesk.status.conftest import (
    _ANNOUNCE,
    CONTACT,
    DEPUTY,
    NUMBER,
    WITHDRAW,
    reference_of,
    status,
    take_in,
    told,
    withdrawals,
)

Pool = asyncpg.Pool


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


async def test_the_contact_withdraws_the_request_by_a_code_once(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    person = new_browser()
    await person.get(link)
    await person.get(WITHDRAW)
    await person.post(f"{WITHDRAW}/code")
    assert "If email reaches the contact person, a code will arrive soon." in person.text
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


async def test_e11_the_new_contact_gets_its_link_whatever_the_one_before_asked_for(
    new_browser: Callable[..., Browser], site: Site, link: str, pool: "Pool[Any]"
) -> None:
    person, reference = new_browser(), await reference_of(pool)
    await person.get(link)
    await person.get(CONTACT)
    for _ in range(proving.OF_ADDRESS):
        await person.post(f"{CONTACT}/code")
    code = await mailed(pool)

    await person.post(CONTACT, {"name": "B. Deputy", "email": DEPUTY, "code": code})

    contact, code_message = (await sent(pool))[-2:]
    assert (contact.type, contact.data["email"]) == ("gov.cri.contact.set.v1", DEPUTY)
    assert code_message.type == "gov.cri.code.send.v1"  # its mail has the new link
    deputy = new_browser()
    await deputy.get(f"/s/{link_token(site, reference, DEPUTY)}")
    await deputy.get(WITHDRAW)
    for _ in range(proving.OF_ADDRESS):
        await deputy.post(f"{WITHDRAW}/code")
    asked = [each.type for each in await sent(pool)].count("gov.cri.code.send.v1")
    assert asked == 2 * proving.OF_ADDRESS  # three for each person, the mail with the link is one
    kept = await pool.fetchval("SELECT count(*) FROM codes_asked")
    assert kept == 2 * proving.OF_ADDRESS + 1  # for their network, all of them count


async def test_e11_nobody_is_replaced_while_no_mail_with_the_new_link_can_be_asked_for(
    new_browser: Callable[..., Browser],
    link: str,
    pool: "Pool[Any]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = new_browser()
    await person.get(link)
    await person.get(CONTACT)
    await person.post(f"{CONTACT}/code")
    form = {"name": "B. Deputy", "email": DEPUTY, "code": await mailed(pool)}
    before, shown = await everything(pool), person.shown

    with monkeypatch.context() as limited:
        limited.setattr(proving, "OF_NETWORK", 1)
        page = await person.post(CONTACT, form)

    assert page.status_code == 429
    assert await everything(pool) == before
    person.shown = shown
    await person.post(CONTACT, form)
    assert "from now on" in person.text


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
