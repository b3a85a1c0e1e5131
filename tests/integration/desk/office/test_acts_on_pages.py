"""Acting on a case: a form, a page that asks to confirm, one message, and its answer in place."""

import asyncio
import json
import re
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from services.desk.office import answers
from services.desk.office.reloads import RELOADS
from tests.examples.streams import EventStream
from tests.integration.desk.conftest import Log
from tests.integration.desk.office.conftest import Browser, Staff, answer, hidden

Pool = asyncpg.Pool
REASON = {"reason": "agency_called"}
IDENTIFIER = "123-45-6789"
MAIL = "fe55e3a9-235d-5890-b264-5f550b7783c2"


@pytest.fixture
async def worker(staff: Staff, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 0.0)
    await staff.enter("stand-in-worker", "staff:k7f2", "worker", name="W. Orker")
    await staff.define("participant", "iacp", name="Chiefs of Police", kind="provider")
    await staff.define("provider", "iacp", name="Chiefs of Police", programs=[], serves=[])
    await browser.sign_in("stand-in-worker")
    return browser


async def referred(log: Log, number: int = 1) -> str:
    stream = EventStream(number)
    stream.accepted()
    stream.referred("no_ori")
    await log.take_in(stream.events)
    return stream.tracking_number


async def confirmed(browser: Browser, path: str, values: dict[str, str]) -> dict[str, str]:
    """Fill in the form at *path* and go on; return the fields of the page that asks to confirm."""
    await browser.get(path)
    await browser.post(path, values)
    return hidden(browser)


async def test_a_request_that_was_referred_offers_what_can_be_decided(
    worker: Browser, log: Log
) -> None:
    number = await referred(log)

    page = await worker.get(f"/cases/{number}")

    for act in ("look", "ask", "cannot-help"):
        assert page.text.count(f"/cases/{number}/act/{act}?item=") == 1
        assert page.text.count(f"/cases/{number}/act/{act}") == 1  # nothing is listed twice
    assert "End the work" not in worker.text


async def test_what_waits_with_somebody_else_can_be_decided_all_the_same(
    worker: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    number = await referred(log)
    await pool.execute(
        "UPDATE work_items SET taken_by = 'staff:b', taken_until = now() + interval '1 hour'"
    )

    page = await worker.get(f"/cases/{number}")

    for act in ("look", "ask", "cannot-help"):
        assert page.text.count(f'href="/cases/{number}/act/{act}"') == 1


async def test_nothing_is_sent_before_it_is_confirmed(
    worker: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    path = f"/cases/{await referred(log)}/act/ask"

    fields = await confirmed(worker, path, {**REASON, "provider": "iacp"})

    assert "Provider Chiefs of Police" in worker.text
    assert "Reason We spoke with the agency" in worker.text
    assert await pool.fetchval("SELECT count(*) FROM acts") == 0
    again = await worker.post(path, {**fields, "step": "change"})
    assert '<option value="iacp" selected>' in again.text
    assert await pool.fetchval("SELECT count(*) FROM acts") == 0


async def test_e32_who_will_hear_is_shown_before(worker: Browser, log: Log) -> None:
    path = f"/cases/{await referred(log)}/act/ask"

    await confirmed(worker, path, {**REASON, "provider": "iacp"})

    assert "Normally told the provider that you name the agency that asked" in worker.text


async def test_two_clicks_are_one_message_of_the_person(
    worker: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    path = f"/cases/{await referred(log)}/act/ask"
    fields = await confirmed(worker, path, {**REASON, "provider": "iacp"})
    shown = worker.shown

    await worker.post(path, {**fields, "step": "send"})
    await pool.execute("UPDATE cases SET status = 'triaged'")  # it was applied in between
    worker.shown = shown
    await worker.post(path, {**fields, "step": "send"})

    (act,) = await pool.fetch("SELECT actor, kind, reason FROM acts")
    assert tuple(act) == ("staff:k7f2", "request.direct", "agency_called")
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 1
    assert "Sent, waiting for the answer" in worker.text


async def test_all_that_is_missing_is_said_at_once_and_nothing_is_lost(
    worker: Browser, log: Log
) -> None:
    path = f"/cases/{await referred(log)}/act/ask"
    await worker.get(path)

    page = await worker.post(path, {"provider": "", "program": "<no program>"})

    assert page.status_code == 422
    for field in ("provider", "reason", "program"):
        assert f'id="{field}-error"' in page.text


async def test_the_page_of_an_act_looks_again_a_few_times(
    worker: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    path = f"/cases/{await referred(log)}/act/cannot-help"
    fields = await confirmed(worker, path, REASON)
    await worker.post(path, {**fields, "step": "send"})
    page = await worker.get("/acts/" + str(await pool.fetchval("SELECT message_id FROM acts")))

    for number in range(1, RELOADS + 1):
        seconds, _, address = page.headers["refresh"].partition("; url=")
        assert (seconds, address.partition("?")[2]) == ("2", f"seen={number}")
        page = await worker.get(address)
    assert "refresh" not in page.headers
    assert "longer than usual" in worker.text
    await pool.execute("UPDATE acts SET answer = 'applied', answered_at = now()")
    page = await worker.get("/acts/" + str(await pool.fetchval("SELECT message_id FROM acts")))
    assert "Done" in worker.text
    assert "refresh" not in page.headers


NOT_REFERRED = {
    "code": "not_referred",
    "path": "/data",
    "message": "The request is not referred.",
    "fix": "Look at its status.",
}
NO_PROVIDER = {
    "code": "unknown_provider",
    "path": "/data/provider",
    "message": "Not listed.",
    "fix": "Choose another.",
}


async def test_e31_a_refusal_is_shown_in_place_with_its_reasons(
    worker: Browser, log: Log, pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 60.0)
    number = await referred(log)
    path = f"/cases/{number}/act/ask"
    fields = await confirmed(worker, path, {**REASON, "provider": "iacp"})
    posting = asyncio.create_task(worker.post(path, {**fields, "step": "send"}))

    await answer(pool, "request.direct", "refused", reasons=[NOT_REFERRED, NO_PROVIDER])
    page = await posting

    assert page.status_code == 422
    assert "This was not accepted. Please correct these" in worker.text
    assert 'href="#form">The request is not referred. Look at its status.' in page.text
    assert 'id="provider-error">Not listed. Choose another.' in page.text
    assert '<option value="iacp" selected>' in page.text
    assert '<option value="agency_called" selected>' in page.text
    assert "not_referred" not in page.text
    await worker.get(f"/cases/{number}")
    assert "W. Orker, " in worker.text
    assert "not accepted" in worker.text
    await worker.get("/acts/" + str(await pool.fetchval("SELECT message_id FROM acts")))
    assert "The request is not referred. Look at its status." in worker.text


async def test_what_was_typed_outlives_the_wait_for_an_answer(
    worker: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    stream = EventStream(1)
    stream.accepted()
    stream.offered()
    stream.engaged()
    await log.take_in(stream.events)
    path = f"/cases/{stream.tracking_number}/act/end"
    typed = {"reason": "provider_lost", "then": "refer", "words_for_requester": "We <b>call</b>."}
    fields = await confirmed(worker, path, typed)
    await worker.post(path, {**fields, "step": "send"})
    assert "Sent, waiting for the answer" in worker.text
    assert "We <b>call</b>." in worker.text

    stream.closed()  # so that the act would not be possible any more
    await log.take_in(stream.events[-1:])
    await worker.post(path, {**hidden(worker), "step": "send"})
    assert "Sent, waiting for the answer" in worker.text
    await answer(pool, "engagement.end", "refused", reasons=[NOT_REFERRED])
    page = await worker.post(path, {**hidden(worker), "step": "send"})

    assert page.status_code == 422
    assert "We &lt;b&gt;call&lt;/b&gt;.</textarea>" in page.text
    assert await pool.fetchval("SELECT count(*) FROM acts") == 1


async def test_what_was_typed_outlives_an_act_that_has_become_impossible(
    worker: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    stream = EventStream(1)
    stream.accepted()
    stream.offered()
    stream.engaged()
    await log.take_in(stream.events)
    path = f"/cases/{stream.tracking_number}/act/end"
    await worker.get(path)
    stream.closed()
    await log.take_in(stream.events[-1:])

    page = await worker.post(path, {"words_for_requester": "We call."})

    assert page.status_code == 409
    assert "This is no longer possible." in worker.text
    assert "We call.</textarea>" in page.text


async def test_work_is_ended_in_the_contract_s_words(
    worker: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    stream = EventStream(1)
    stream.accepted()
    stream.offered()
    stream.engaged()
    await log.take_in(stream.events)
    path = f"/cases/{stream.tracking_number}/act/end"

    values = {"reason": "superseded", "then": "refer", "words_for_requester": "We call you."}
    fields = await confirmed(worker, path, values)

    assert worker.shown is not None
    assert worker.shown.status_code == 403  # it takes an approver
    assert "We call you.</textarea>" in worker.shown.text
    fields = await confirmed(worker, path, {**values, "reason": "provider_lost"})
    await worker.post(path, {**fields, "step": "send"})
    assert await pool.fetchval("SELECT kind FROM acts") == "engagement.end"


async def test_e3_words_with_a_protected_identifier_are_neither_stored_nor_sent(
    worker: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    stream = EventStream(1)
    stream.accepted()
    stream.offered()
    stream.engaged()
    await log.take_in(stream.events)
    path = f"/cases/{stream.tracking_number}/act/end"
    values = {"reason": "provider_lost", "then": "refer", "words_for_requester": IDENTIFIER}
    await worker.get(path)

    with capture_logs() as logged:
        for step in ("", "send"):
            page = await worker.post(path, {**values, "step": step})
            assert page.status_code == 422
            assert 'id="words_for_requester-error">This text seems to hold' in page.text

    assert await pool.fetchval("SELECT count(*) FROM acts") == 0
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0
    assert IDENTIFIER not in str(logged)


async def test_what_is_late_is_settled_from_its_item(
    worker: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    stream = EventStream(1)
    stream.accepted()
    stream.offered()
    stream.engaged()
    stream.clock_missed(status="assigned", clock="engagement_silence")
    await log.take_in(stream.events)
    page = await worker.get(f"/cases/{stream.tracking_number}")
    (path,) = re.findall(r'href="(/cases/[^"]*/act/settle\?item=[^"]*)"', page.text)
    await worker.get(path)
    wrong = await worker.post(path, {**hidden(worker), **REASON, "valid_until": "tomorrow"})
    assert 'id="valid_until-error"' in wrong.text

    await worker.post(path, {**hidden(worker), **REASON, "valid_until": "2099-12-31"})
    await worker.post(path, {**hidden(worker), "step": "send"})

    assert await pool.fetchval("SELECT kind FROM acts") == "clock.settle"
    sent = await pool.fetchval("SELECT convert_from(value, 'UTF8') FROM outbox")
    assert '"valid_until":"2100-01-01T00:00:00-05:00"' in sent


async def test_an_act_that_no_longer_fits_is_not_offered(worker: Browser, log: Log) -> None:
    number = await referred(log)

    assert (await worker.get(f"/cases/{number}/act/end")).status_code == 409
    assert (await worker.get(f"/cases/{number}/act/settle")).status_code == 409
    assert (await worker.get(f"/cases/{number}/act/other")).status_code == 404
    assert (await worker.get("/acts/none")).status_code == 404


@pytest.mark.parametrize("reason", ["authority_not_confirmed", "no_ori"])
async def test_what_was_only_claimed_is_confirmed_before_anything_else(
    reason: str, worker: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    stream = EventStream(1)
    stream.accepted(authority={"basis": "claimed", "on": "2026-03-02"})
    stream.referred(reason)
    await log.take_in(stream.events)
    page = await worker.get(f"/cases/{stream.tracking_number}")
    assert "Look for a provider" not in worker.text
    path = f"/cases/{stream.tracking_number}/act/confirm"
    assert path in page.text

    fields = await confirmed(worker, path, {**REASON, "basis": "call_back"})
    await worker.post(path, {**fields, "step": "send"})

    sent = await pool.fetchval("SELECT convert_from(value, 'UTF8') FROM outbox")
    assert '"action":"confirm_authority"' in sent
    assert '"basis":"call_back"' in sent


@pytest.mark.parametrize(
    ("kind", "act", "values", "data"),
    [
        ("unknown_outcome", "arrived", {"how": "counted_as_delivered"},
         {"mail": MAIL, "how": "counted_as_delivered"}),
        ("unreachable", "told", {},
         {"notice": MAIL, "audience": "ca-post", "how": "told_otherwise"}),
        ("call", "told", {},
         {"notice": MAIL, "audience": "ca-post", "how": "told_otherwise"}),
    ],
)  # fmt: skip
async def test_what_became_of_a_mail_is_settled_from_its_item(
    worker: Browser,
    log: Log,
    pool: "Pool[Any]",
    kind: str,
    act: str,
    values: dict[str, str],
    data: dict[str, str],
) -> None:
    number = await referred(log)
    await pool.execute(
        "INSERT INTO work_items (item_id, kind, request_id, participant, about, why, otherwise,"
        " number, opened_at) SELECT 'item-1', $1, request_id, 'ca-post', $2, 'why', 'otherwise',"
        " 1, '2026-03-02' FROM cases",
        kind,
        MAIL,
    )
    page = await worker.get(f"/cases/{number}")
    assert f"/cases/{number}/act/{act}?item=item-1" in page.text

    path = f"/cases/{number}/act/{act}?item=item-1"
    fields = await confirmed(worker, path, {**values, "item": "item-1", "why": "They called us."})
    assert "nobody outside this office" in worker.text
    await worker.post(path, {**fields, "step": "send"})

    sent = json.loads(await pool.fetchval("SELECT value FROM outbox"))
    assert sent["type"] == "gov.cri.notice.settle.v1"
    assert sent["data"] == {**data, "why": "They called us."}
