"""The fold of the events published about a site, and its due dates."""

from datetime import date

import pytest

from services.reporting.sites.due import dues_of, next_due
from services.reporting.sites.sentences import moves
from services.reporting.sites.site import PublicSite, evolve, folded
from tests.examples.published_sites import REPORT, Publishing

APRIL_30, MAY_1, MAY_31 = date(2027, 4, 30), date(2027, 5, 1), date(2027, 5, 31)


def site_of(published: Publishing) -> PublicSite:
    return folded(published.events)


def lines(published: Publishing, today: date) -> list[tuple[str, str, bool]]:
    """Return each due date as the plan gave it, as it holds, and whether it is late."""
    dues = dues_of(site_of(published), today)
    return [(str(due.first_on), str(due.on), due.is_late(today)) for due in dues]


def test_what_is_published_later_is_folded_onto_what_was() -> None:
    published = Publishing().report(["complete"])
    before = folded(published.events)

    after = folded(published.state(status="active").events[-1:], before)

    assert (before.facts.status, after.facts.status) == ("announced", "active")
    assert after == site_of(published)


def test_a_site_begins_with_its_facts() -> None:
    with pytest.raises(ValueError, match="begins with"):
        evolve(None, Publishing().plan().events[-1])


def test_a_new_version_holds_and_the_one_before_stays() -> None:
    published = Publishing().report(["not_started"]).report(["complete"], version=2)

    first, last = site_of(published).reports[REPORT]

    assert (first.body.version, last.body.version) == (1, 2)
    assert site_of(published).latest == last


def test_a_reply_and_a_correction_belong_to_the_version_that_held() -> None:
    published = Publishing().report(["not_started"]).reply("We object.", "1.1")
    published.correction("1.1", "A finding.", "Another finding.").report(["complete"], version=2)

    first, last = site_of(published).reports[REPORT]

    assert [reply.text for reply in first.replies] == ["We object."]
    assert (last.replies, last.corrections) == ((), ())


@pytest.mark.parametrize(
    ("item", "before"),
    [
        ("title", "Initial assessment"),
        ("summary", "What the assessment has found so far."),
        ("1", "Community Engagement"),
        ("1.1", "A finding."),
        ("1.1.2", "Recommendation number 2."),
    ],
)
def test_a_correction_changes_its_item_and_nothing_else(item: str, before: str) -> None:
    published = Publishing().report(["complete", None]).correction(item, before, "Corrected.")

    (report,) = site_of(published).reports[REPORT]

    old, new = report.facts.body.model_dump_json(), report.body.model_dump_json()
    assert new == old.replace(f'"{before}"', '"Corrected."')
    assert new != old
    assert report.hash == "cd" * 32
    assert [each.before for each in report.corrections] == [before]


@pytest.mark.parametrize(("item", "before"), [("1.1", "Other words."), ("9.9", "A finding.")])
def test_a_correction_of_what_is_not_there_is_a_fault(item: str, before: str) -> None:
    published = Publishing().report(["complete"]).correction(item, before, "Corrected.")

    with pytest.raises(ValueError, match="not the text to correct"):
        site_of(published)


def test_a_withdrawn_report_does_not_say_how_the_site_stands() -> None:
    published = Publishing().report(["complete"]).report(["not_started"], report_id="earlier",
                                                         as_of="2024-06-30")  # fmt: skip

    latest = site_of(published.withdrawal()).latest

    assert latest is not None
    assert latest.body.report_id == "earlier"


def test_of_two_reports_the_one_about_the_later_day_says_how_the_site_stands() -> None:
    published = Publishing().report(["complete"], report_id="later", as_of="2025-02-28")
    published.report(["not_started"], published_on="2025-04-01")
    published.report(report_id="goals", kind="goals", as_of="2025-06-01", areas=[])

    latest = site_of(published).latest

    assert latest is not None
    assert latest.body.report_id == "later"


def test_e77_a_due_date_that_passes_is_late_by_itself() -> None:
    published = Publishing().plan()

    assert lines(published, APRIL_30) == [("2027-04-30", "2027-04-30", False)]
    assert lines(published, MAY_1) == [("2027-04-30", "2027-04-30", True)]


def test_e77_a_date_that_is_moved_keeps_both_dates_and_the_reason() -> None:
    published = Publishing().plan().slip("2027-04-30", "2027-05-31")

    (due,) = dues_of(site_of(published), MAY_1)

    assert (due.first_on, due.on, due.is_late(MAY_1)) == (APRIL_30, MAY_31, False)
    assert [slip.reason for slip in due.slips] == ["legal_review"]
    assert due.is_late(date(2027, 6, 1))


@pytest.mark.parametrize("named", ["2027-04-30", "2027-05-31"])
def test_a_date_that_is_moved_again_may_be_named_as_it_was_or_is(named: str) -> None:
    published = Publishing().plan().slip("2027-04-30", "2027-05-31")

    published.slip(named, "2027-07-31", reason="approval")

    (due,) = dues_of(site_of(published), MAY_1)
    assert due.on == date(2027, 7, 31)
    assert [slip.reason for slip in due.slips] == ["legal_review", "approval"]


def test_a_date_that_is_moved_long_before_is_shown_and_those_before_it_are_not() -> None:
    published = Publishing().plan(every="quarter").slip("2029-01-30", "2029-02-28")

    assert lines(published, APRIL_30) == [
        ("2027-04-30", "2027-04-30", False),
        ("2027-07-30", "2027-07-30", False),
        ("2029-01-30", "2029-02-28", False),
    ]


def test_a_report_that_is_published_is_not_late_any_more() -> None:
    published = Publishing().plan()
    published.report(kind="progress", published_on="2027-05-05", facts={"due_on": "2027-04-30"})

    (due,) = dues_of(site_of(published), date(2027, 6, 1))

    assert due.report is not None
    assert (due.is_late(date(2027, 6, 1)), due.days_late) == (False, 5)


def test_each_half_year_has_its_due_date_and_the_next_one_is_known() -> None:
    published = Publishing().plan(every="half_year", first_due_on="2027-08-31")
    published.report(kind="progress", published_on="2027-08-30", facts={"due_on": "2027-08-31"})

    dues = dues_of(site_of(published), date(2028, 3, 15))

    assert [str(due.on) for due in dues] == ["2027-08-31", "2028-02-29", "2028-08-31"]
    assert [due.is_late(date(2028, 3, 15)) for due in dues] == [False, True, False]


def test_after_a_report_that_came_early_the_date_after_it_is_next() -> None:
    published = Publishing().plan(every="quarter")
    published.report(kind="progress", published_on="2027-04-20", facts={"due_on": "2027-04-30"})

    due = next_due(dues_of(site_of(published), date(2027, 4, 25)))

    assert due is not None
    assert due.on == date(2027, 7, 30)


def test_another_plan_takes_the_place_of_dates_to_come_and_not_of_missed_ones() -> None:
    published = Publishing().plan(every="quarter", first_due_on="2024-01-31")
    published.plan(every="half_year", first_due_on="2024-07-31")  # stated on 2024-03-27

    assert [on for _, on, _ in lines(published, date(2024, 8, 1))] == [
        "2024-01-31",
        "2024-07-31",
        "2025-01-31",
    ]


def test_a_missed_date_of_one_report_is_moved_by_another_plan_of_one() -> None:
    published = Publishing().plan(first_due_on="2024-01-31").slip("2024-01-31", "2024-02-29")
    published.plan(first_due_on="2024-07-31")  # stated on 2024-03-27

    (due,) = dues_of(site_of(published), date(2024, 7, 1))

    assert (due.first_on, due.is_late(date(2024, 7, 1))) == (date(2024, 7, 31), False)
    assert moves(due) == [
        "was due January 31, 2024, moved to February 29, 2024: legal review",
        "was due February 29, 2024, moved to July 31, 2024 by another plan",
    ]


def test_a_plan_of_one_report_that_is_stated_again_moves_nothing() -> None:
    published = Publishing().plan(first_due_on="2024-01-31").plan(first_due_on="2024-01-31")

    (due,) = dues_of(site_of(published), date(2024, 7, 1))

    assert (due.is_late(date(2024, 7, 1)), moves(due)) == (True, [])


def test_a_date_for_which_a_report_came_stays_beside_another_plan_of_one() -> None:
    published = Publishing().plan(first_due_on="2024-01-31")
    published.report(kind="progress", published_on="2024-02-10", facts={"due_on": "2024-01-31"})
    published.plan(first_due_on="2024-07-31")

    first, second = dues_of(site_of(published), date(2024, 7, 1))

    assert (first.days_late, moves(first)) == (10, [])
    assert (second.report, moves(second)) == (None, [])


def test_after_the_end_of_a_site_nothing_is_due() -> None:
    published = Publishing().plan(every="quarter").state(status="ended", ended_on="2027-06-01")

    assert [on for _, on, _ in lines(published, date(2028, 1, 1))] == ["2027-04-30"]
