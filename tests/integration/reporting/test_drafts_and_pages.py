"""From drafts to pages: nothing of a draft is public, and what is published is, word for word."""

import json
from typing import Any

from tests.examples.publications import APPROVER, DRAFTER, OTHER, REPORT, SLUG
from tests.integration.reporting.conftest import Log
from tests.integration.reporting.engagements import opened
from tests.integration.reporting.test_pages import Site
from tests.integration.reporting.test_publication import CANARY, Writer, begun, publish

OF_SITE = f"/sites/{SLUG}"
PAGES = [
    *("/", "/sites", "/sites.json", "/sites.csv", OF_SITE, f"{OF_SITE}.json", f"{OF_SITE}.csv"),
    *("/corrections", "/corrections.json", "/feed.atom", "/programs.json"),
]


async def everything(pool: Any, *, published: bool) -> str:
    """Return all public pages one after the other; those of the report if it is *published*."""
    site, report = Site(pool), f"{OF_SITE}/{REPORT}"
    paths = [*PAGES, *((report, f"{report}.json", f"{report}.csv") if published else ())]
    return "\n".join([await site.body(path) for path in paths])


async def test_e80_nothing_of_a_draft_is_on_any_page_before_or_after_another_is_published(
    log: Log,
) -> None:
    writer = Writer()
    await log.take_in([opened(), *begun(writer, finding=f"Reports are late. {CANARY}")])
    before = await everything(log.pool, published=False)

    await log.take_in(writer.says("return"))
    await log.take_in(writer.records("finding_recorded", "Reports are late.", version=2))
    await log.take_in(writer.says("draft", version=2, actor=DRAFTER))
    await publish(log, writer)

    after = await everything(log.pool, published=True)
    assert (await Site(log.pool).ask(f"{OF_SITE}/{REPORT}"))[0] == 200
    assert "Reports are late." in after
    assert CANARY not in before + after
    assert "Reports are late." not in before


async def test_what_is_published_replied_corrected_and_withdrawn_is_on_its_page(log: Log) -> None:
    writer = Writer()
    await log.take_in([opened(), *begun(writer)])
    announced = await Site(log.pool).body(OF_SITE)
    await publish(log, writer)
    for said in (
        writer.says("reply"),
        writer.says("correct", actor=APPROVER),
        writer.says("approve_correction", actor=OTHER),
    ):
        await log.take_in(said)
    site = Site(log.pool)

    page = await site.body(f"{OF_SITE}/{REPORT}")
    report = json.loads(await site.body(f"{OF_SITE}/{REPORT}.json"))["report"]

    assert "announced" in announced
    assert "No report is published yet." in announced
    assert "We do so now." in page
    assert report["replies"][0]["text"] == "We do so now."
    (corrected,) = report["corrections"]
    assert report["sha256"] == corrected["hash"] != report["published_sha256"]
    assert corrected["after"] in json.dumps(report["body"], ensure_ascii=False)
    assert "eported as done by the agency on December 9, 2026, not verified." in page
    await log.take_in(writer.says("withdraw"))
    assert "We do so now." not in await everything(log.pool, published=True)
