"""What the pages of sites show, in HTML, JSON, CSV and the feed."""

import csv
import io
import json
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest

from services.reporting.corrections.shown import CorrectedMonth
from services.reporting.sites import as_csv, as_json, feed, render
from services.reporting.sites.home import at_a_glance
from services.reporting.sites.shown import Sites
from services.reporting.sites.site import PublicSite, folded
from services.reporting.sites.views import corrections, shown_report, withdrawn
from tests.examples.published_sites import REPORT, SLUG, Publishing, areas_of, real_sites
from tests.unit.reporting.test_render import HOSTILE, Page

TODAY = date(2025, 3, 1)
WORDS = "It is “late”.\n\t<b>Why?</b>  &amp; '=1+1' \"quoted\""
_ATOM = "{http://www.w3.org/2005/Atom}"


def sites_of(*published: Publishing, today: date = TODAY) -> Sites:
    return Sites(
        today,
        {each.slug: folded(each.events) for each in published},
        [event for each in published for event in each.events],
        {"cna": "CNA"},
    )


def page_of(published: Publishing, today: date = TODAY) -> Page:
    sites = sites_of(published, today=today)
    return Page(render.site_page(sites.shown(published.slug), sites, **CONTACT))


def report_page_of(published: Publishing) -> Page:
    sites = sites_of(published)
    site = sites.sites[published.slug]
    shown = shown_report(site, site.reports[REPORT][-1])
    return Page(render.report_page(shown, sites, **CONTACT))


MONTHS = [CorrectedMonth("2026-03", 2, Publishing().report().events[-1].time)]
CONTACT: dict[str, str | None] = {"desk_url": None, "telephone": "202-555-0100"}


def text_of(page: Page) -> str:
    return " ".join(" ".join(page.texts).split())


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def json_of(published: Publishing, today: date = TODAY) -> Any:
    sites = sites_of(published, today=today)
    return json.loads(json.dumps(as_json.site(sites.shown(published.slug), today)))


def site_of(published: Publishing) -> PublicSite:
    return sites_of(published).sites[published.slug]


def csv_of(published: Publishing) -> list[dict[str, str]]:
    site = site_of(published)
    return rows_of(as_csv.reports(site, site.current))


def entries_of(published: Publishing) -> list[dict[str, str]]:
    sites = sites_of(published)
    root = ElementTree.fromstring(render.feed(feed.entries(sites.events, sites.sites)))
    return [
        {each.tag.removeprefix(_ATOM): each.text or each.get("href") or "" for each in entry}
        for entry in root.iter(f"{_ATOM}entry")
    ]


def test_e70_four_of_thirteen_is_30_8_percent() -> None:
    published = Publishing().report(["complete"] * 4 + ["in_progress"] * 9)

    page, found = page_of(published), json_of(published)

    assert "4 of 13 (30.8%)" in page.texts
    assert found["site"]["statuses"][0] == {"status": "complete", "count": 4, "percent": 30.8}
    assert rows_of(as_csv.sites(sites_of(published).all_shown()))[0]["percent"] == "30.8"


def test_a_recommendation_that_was_withdrawn_from_the_report_is_in_no_share() -> None:
    published = Publishing().report(["complete", "in_progress", "withdrawn_from_report"])

    page, found = page_of(published), json_of(published)

    assert "1 of 2 (50.0%)" in page.texts
    assert "withdrawn from the report" in page.texts
    assert found["site"]["recommendations"] == 2


def test_e71_both_days_stand_on_the_page_and_no_line_is_drawn_between_them() -> None:
    published = Publishing().report(["in_progress"] * 10 + ["not_started"] * 4)
    later = ["complete"] * 3 + ["in_progress"] * 20 + ["not_started"] * 13
    published.report(later, report_id="later", as_of="2025-02-26", title="Progress report")

    page = page_of(published)

    assert {"September 26, 2024", "February 26, 2025"} <= {*page.texts}
    assert {"10 (71.4%)", "4 (28.6%)", "20 (55.6%)", "13 (36.1%)"} <= {*page.texts}
    assert "no line is drawn between them" in text_of(page)
    assert not {name for name, _ in page.elements} & {"line", "polyline", "path"}
    assert [each["statuses_as_of"] for each in json_of(published)["reports"]] == [
        "2024-09-26",
        "2025-02-26",
    ]


def test_e72_without_recommendations_there_is_no_percentage() -> None:
    published = Publishing().report(kind="goals")

    page, found = page_of(published), json_of(published)

    assert "no recommendations yet" in text_of(page).lower()
    assert not [text for text in page.texts if "%" in text]
    assert {each["percent"] for each in found["site"]["statuses"]} == {None}
    rows = rows_of(as_csv.sites(sites_of(published).all_shown()))
    assert {row["percent"] for row in rows} == {""}


def test_e72_nor_before_the_first_report() -> None:
    published = Publishing()

    assert "No recommendations yet: no report is published with any." in page_of(published).texts
    assert json_of(published)["site"]["recommendations"] == 0
    rows = rows_of(as_csv.sites(sites_of(published).all_shown()))
    assert {(row["percent"], row["recommendations"]) for row in rows} == {("", "0")}


def test_e73_a_claim_stands_apart() -> None:
    areas = areas_of(["in_progress", "complete"])
    claim = {"done_on": "2027-01-10", "words": "The new policy is in force."}
    areas[0]["findings"][0]["recommendations"][0]["claim"] = claim
    published = Publishing().report(areas=areas)

    page, found = page_of(published), json_of(published)

    assert "Reported as done by the agency on January 10, 2027, not verified." in page.texts
    assert "The new policy is in force." in page.texts
    assert found["site"]["reported_as_done_not_verified"] == 1
    assert found["site"]["statuses"][0] == {"status": "complete", "count": 1, "percent": 50.0}


def test_a_focus_area_says_which_goal_of_the_program_it_serves() -> None:
    areas = areas_of(["complete"])
    areas[0]["goal"] = "operations"
    published = Publishing().report(areas=areas)

    assert "Goal: how the agency works" in text_of(page_of(published))
    assert csv_of(published)[0]["goal"] == "operations"
    assert "Goal:" not in text_of(page_of(Publishing().report(["complete"])))


def test_e86_recommendations_count_by_the_goal_of_their_focus_area() -> None:
    """Those of a site's last report, without what was withdrawn from it; a later goal is none."""
    first, other = areas_of(["complete", "in_progress", "withdrawn_from_report"]), areas_of(["x"])
    first[0]["goal"], other[0]["goal"], other[0]["number"] = "trust", "of_a_later_release", 2
    earlier = areas_of(["complete"] * 9)
    published = Publishing().report(areas=earlier, report_id="goals", as_of="2024-01-01")
    sites = sites_of(published.report(areas=[*first, *other]), Publishing("a-slug", "A Town"))
    shown = sites.all_shown()

    text = text_of(Page(render.sites_page(shown, sites, **CONTACT)))

    assert "trust between agency and community 2 how the agency works 0" in text
    assert "no goal is named 1 recommendations 3" in text
    assert as_json.sites(shown, sites.today)["recommendations_by_goal"][0] == {
        "goal": "trust",
        "recommendations": 2,
    }
    nothing = sites_of(Publishing())
    empty = text_of(Page(render.sites_page(nothing.all_shown(), nothing, **CONTACT)))
    assert "by goal" not in empty


def test_e77_the_page_says_late_by_itself_and_keeps_dates_and_reasons() -> None:
    published = Publishing().plan()
    on_time, late = (page_of(published, date(2027, *day)) for day in ((4, 30), (5, 1)))

    moved = page_of(published.slip("2027-04-30", "2027-05-31"), date(2027, 5, 1))

    assert ", late" not in text_of(on_time)
    assert "Progress report: due April 30, 2027, late." in text_of(late)
    assert "was due April 30, 2027, moved to May 31, 2027: legal review" in moved.texts
    assert "due May 31, 2027" in text_of(moved)
    assert ", late" not in text_of(moved)


def test_a_date_that_another_plan_has_moved_is_said_on_the_page_and_in_json() -> None:
    published = Publishing().plan(first_due_on="2024-01-31").plan(first_due_on="2025-06-30")

    page, found = page_of(published), json_of(published)

    moved = "was due January 31, 2024, moved to June 30, 2025 by another plan"
    assert moved in page.texts
    (due,) = found["due"]
    assert (due["due_on"], due["late"]) == ("2025-06-30", False)
    assert due["missed"] == [{"first_due_on": "2024-01-31", "due_on": "2024-01-31", "moves": []}]


def test_e77_the_list_of_sites_says_late_too() -> None:
    sites = sites_of(Publishing().plan(), today=date(2027, 5, 1))

    page = Page(render.sites_page(sites.all_shown(), sites, **CONTACT))

    assert "due April 30, 2027, late" in page.texts
    assert as_json.sites(sites.all_shown(), sites.today)["sites"][0]["late"] == 1


@pytest.mark.parametrize("item", ["1.1", "1.1.1", "1", None, "9.9"])
def test_e79_a_reply_stands_beside_its_item_byte_for_byte(item: str | None) -> None:
    reply = (WORDS + " ").ljust(1800, "ä")
    published = Publishing().report(["complete"]).reply(reply, item)

    page, found, entries = report_page_of(published), json_of(published), entries_of(published)

    assert page.raw.count(reply) == 1
    assert page_of(published).raw.count(reply) == 1
    assert found["reports"][0]["replies"][0]["text"] == reply
    assert entries[-1]["content"] == reply or reply in [each["content"] for each in entries]


def test_a_reply_with_characters_that_xml_forbids_does_not_break_the_feed() -> None:
    published = Publishing().report(["complete"]).reply("a\x00b\x0bc\r\nd\ufffe")

    (reply,) = [e for e in entries_of(published) if "replies" in e["title"]]

    assert reply["content"] == "a\ufffdb\ufffdc\r\nd\ufffd"


def test_what_the_agency_disputes_stands_beside_the_text() -> None:
    facts = {"fact_check": "disputed", "comments": [{"item": "1.1", "words": "Not so."}]}
    published = Publishing().report(["complete"], facts=facts)

    page = report_page_of(published)

    assert "Not so." in page.texts
    assert "disputes some of them" in text_of(page)
    assert csv_of(published)[0]["agency_comments"] == ""  # it is about the finding


def test_e75_a_fact_check_without_an_answer_is_said() -> None:
    published = Publishing().report(["complete"], facts={"fact_check": "not_answered"})

    assert "the agency did not comment" in text_of(report_page_of(published))
    assert "the agency did not comment" in page_of(published).texts


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_e85_a_cell_that_begins_like_a_formula_begins_with_an_apostrophe(start: str) -> None:
    name = f'{start}HYPERLINK("x")'
    areas = areas_of(["complete"])
    areas[0]["findings"][0]["text"] = name
    published = Publishing(agency=name).report(areas=areas).reply(name, "1.1.1")
    published.correction("1.1", name, f"{name}!")
    sites = sites_of(published)

    texts = [
        as_csv.sites(sites.all_shown()),
        as_csv.reports(sites.sites[SLUG], sites.sites[SLUG].current),
        as_csv.corrections(corrections(sites.sites.values())),
    ]

    for text in texts:
        cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
        assert f"'{name}" in cells
        assert not [cell for cell in cells if cell.startswith(start)]


def test_a_correction_shows_before_and_after() -> None:
    published = Publishing().report(["complete"]).correction("1.1", "A finding.", "Another one.")
    sites = sites_of(published)
    found = corrections(sites.sites.values())

    report = report_page_of(published)
    listed = Page(render.corrections_page(found, [], MONTHS, sites, **CONTACT))

    for page in (report, listed):
        assert {"A finding.", "Another one."} <= {*page.texts}
    assert "Corrected on October 9, 2024" in report.texts
    assert "March 2026" in listed.texts
    assert ": 2 corrections, the last on October 1, 2024." in text_of(listed)
    assert "cd" * 32 in report.texts
    assert "ab" * 32 in report.texts
    (one,) = as_json.corrections(found, MONTHS, TODAY)["corrections"]
    assert (one["before"], one["after"], one["corrected_on"]) == (
        "A finding.", "Another one.", "2024-10-09",
    )  # fmt: skip


def test_a_withdrawn_report_says_why_and_its_text_is_nowhere() -> None:
    canary = "Text of a report that named a person."
    published = Publishing().plan("initial", first_due_on="2024-09-30")
    due = {"due_on": "2024-09-30"}
    published.report(["complete"], title=canary, summary=canary, facts=due)
    published.correction("1.1", "A finding.", canary).reply(canary)
    published.report(["complete"], version=2, summary=canary).withdrawal("It named a person.")
    sites = sites_of(published)
    site = sites.sites[SLUG]

    page = report_page_of(published)

    assert "It named a person." in page.texts
    for version in site.reports[REPORT]:
        assert canary not in render.report_page(shown_report(site, version), sites, **CONTACT)
        assert canary not in json.dumps(as_json.report(site, version, TODAY))
    listed = render.corrections_page(corrections([site]), withdrawn([site]), [], sites, **CONTACT)
    for shown in (
        page_of(published).raw,
        json.dumps(json_of(published)),
        as_csv.reports(site, site.current),
        render.feed(feed.entries(sites.events, sites.sites)),
        listed,
    ):
        assert canary not in shown
    assert "It named a person." in listed


def test_a_due_date_names_its_report_as_the_page_that_it_links_to() -> None:
    published = Publishing().plan("initial", first_due_on="2024-09-30")
    due = {"due_on": "2024-09-30"}
    published.report(["complete"], title="The first title", facts=due)
    published.report(["complete"], version=2, title="A wrong title", facts=due)
    published.correction("title", "A wrong title", "The right title")

    (shown,) = sites_of(published).shown(SLUG).dues

    assert (shown.title, shown.path) == ("The right title", f"/sites/{SLUG}/{REPORT}")


def test_a_version_that_was_replaced_says_so_and_leads_to_the_one_that_holds() -> None:
    published = Publishing().report(["complete"]).report(["not_started"], version=2)
    sites = sites_of(published)
    site = sites.sites[SLUG]

    first, last = (
        Page(render.report_page(shown_report(site, each), sites, **CONTACT))
        for each in site.reports[REPORT]
    )

    assert "read the version that holds" in first.texts
    assert "Version 1" in last.texts
    assert [each["is_current"] for each in json_of(published)["reports"]] == [False, True]


def test_the_nine_real_sites_show_exactly_what_their_counts_give() -> None:
    published = real_sites()
    sites = sites_of(*published)

    for each in published:
        page, found = page_of(each), json_of(each)
        whole = found["site"]["recommendations"]
        if each.facts["agency"] == "North Miami Police Department":
            assert {"10 of 14 (71.4%)", "4 of 14 (28.6%)", "0 of 14 (0.0%)"} <= {*page.texts}
            assert "as of September 26, 2024" in text_of(page)
        else:
            assert f"{whole} recommendations, status not known, as of January 1, 2025." in (
                page.texts
            )
            assert not [text for text in page.texts if "%" in text]
            assert found["site"]["status_not_known"] == whole
    assert [site["recommendations"] for site in as_json.sites(sites.all_shown(), TODAY)["sites"]]
    assert sum(each.latest.shares.whole for each in sites.all_shown() if each.latest) == 792


def test_the_home_page_shows_sites_reports_and_what_is_late() -> None:
    first = Publishing().report(["complete"] * 4 + ["in_progress"] * 9 + [None])
    second = Publishing("b", "B Police Department").plan()
    sites = sites_of(first, second, today=date(2027, 5, 1))

    html = render.home_page(
        None, sites, programs=[], solicitations=[], at=first.events[0].time, **CONTACT
    )

    page = Page(html)
    assert {"2", "1", "14", "4 of 13"} <= {*page.texts}
    assert "The status of 1 is not known." in text_of(page)
    assert "1 report is late" in page.texts
    assert "October 1, 2024:" in page.texts
    assert "202-555-0100" in text_of(page)


def test_of_many_sites_the_home_page_shows_late_ones_and_then_the_newest() -> None:
    many = [
        Publishing(f"site-{n}", f"Agency {n}").report(["complete"], published_on=f"2027-01-{n}")
        for n in range(11, 21)
    ]
    late = Publishing("late", "Late Police Department").plan()

    glance = at_a_glance(sites_of(*many, late, today=date(2027, 5, 1)).all_shown())

    assert [each.site.facts.slug for each in glance.sites] == [
        "late",
        *(f"site-{n}" for n in range(20, 13, -1)),
    ]
    assert glance.more == 3
    assert [each.agency for each in glance.reports] == [f"Agency {n}" for n in range(20, 15, -1)]


def test_the_home_page_says_what_is_not_there_yet() -> None:
    sites = sites_of()

    html = render.home_page(
        None, sites, programs=[], solicitations=[], at=Publishing().events[0].time, **CONTACT
    )

    text = text_of(Page(html))
    assert "No site is announced yet." in text
    assert "No month is published yet." in text
    assert "%" not in text
    assert at_a_glance([]).counts[0] == ("sites", "0")


def test_names_that_others_wrote_stay_text_on_every_page() -> None:
    def of(words: str) -> list[Page]:
        areas = areas_of(["complete"])
        areas[0] |= {"title": words}
        areas[0]["findings"][0]["text"] = words
        recommendation = areas[0]["findings"][0]["recommendations"][0]
        recommendation |= {"text": words, "claim": {"done_on": "2027-01-10", "words": words}}
        facts = {"comments": [{"words": words}]}
        published = Publishing(agency=words)
        published.report(areas=areas, title=words, summary=words, facts=facts).reply(words, "1")
        published.correction("1.1", words, f"{words}!", why=words)
        sites = sites_of(published)
        found = corrections(sites.sites.values())
        return [
            page_of(published),
            report_page_of(published),
            Page(render.sites_page(sites.all_shown(), sites, **CONTACT)),
            Page(render.corrections_page(found, [], MONTHS, sites, **CONTACT)),
        ]

    for hostile, plain in zip(of(HOSTILE), of("x"), strict=True):
        assert hostile.elements == plain.elements
        assert [text for text in hostile.texts if HOSTILE in text]
        assert not {name for name, _ in hostile.elements} & {"script", "link", "img", "iframe"}
