"""A site is announced with its plan; a report is due by it, rescheduled, and late."""

from datetime import UTC, date, datetime
from itertools import islice

import pytest

from services.reporting.publication.dates import open_days
from services.reporting.publication.late import late_days
from services.reporting.publication.report import Late
from services.reporting.publication.slugs import slug_of
from services.reporting.sites.due import dues_of
from services.reporting.sites.site import Plan, PublicSite
from shared.contracts import published_reports as public
from tests.examples.publications import (
    APPROVER,
    DRAFTED,
    DRAFTER,
    LATER,
    REPORT,
    SLUG,
    Reports,
    applied,
    code_of,
    known,
)


def test_the_first_plan_announces_the_site_and_later_ones_do_not() -> None:
    reports = Reports()

    first = applied(reports.say("plan"))
    second = applied(reports.say("plan", kind="final", every="once", first_due_on="2028-05-31"))

    announced, planned = first
    assert isinstance(announced, public.SiteFacts)
    assert (announced.slug, announced.status, announced.opened_on) == (
        SLUG, "announced", date(2026, 6, 1),
    )  # fmt: skip
    assert planned == public.PlanFacts(
        slug=SLUG, kind="progress", every="half_year", first_due_on=date(2027, 4, 30)
    )
    assert [type(each) for each in second] == [public.PlanFacts]


def test_a_name_in_addresses_is_given_once() -> None:
    name, state = "St. Louis County Police Department", "US-MO"

    slug = slug_of(name, state, ())

    assert slug == "st-louis-county-police-department-mo"
    assert slug_of(name, state, {slug}) == f"{slug}-2"
    assert slug_of("Cañon City Police", "US-CO", ()) == "canon-city-police-co"
    assert slug_of("警察", "US-GU", ()) == "gu"


def test_e77_a_report_is_due_by_its_plan_and_may_be_rescheduled() -> None:
    reports = Reports()
    applied(reports.say("plan"))

    (moved,) = applied(reports.say("reschedule"))
    again = reports.say("reschedule", due_on="2027-05-31", new_due_on="2027-06-30")

    assert moved == public.RescheduleFacts(
        slug=SLUG, kind="progress", due_on=date(2027, 4, 30), new_due_on=date(2027, 5, 31),
        reason="legal_review",
    )  # fmt: skip
    assert code_of(again) is None
    days = open_days(known(reports), "progress")
    assert [(day.first_on, day.on) for day in islice(days, 2)] == [
        (date(2027, 4, 30), date(2027, 6, 30)),
        (date(2027, 10, 30), date(2027, 10, 30)),
    ]
    assert code_of(reports.say("reschedule")) == "not_planned"
    assert code_of(reports.say("reschedule", kind="final")) == "not_planned"


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (date(2027, 4, 30), []),
        (date(2027, 5, 1), [date(2027, 4, 30)]),
        (date(2027, 10, 31), [date(2027, 4, 30), date(2027, 10, 30)]),
    ],
)
def test_e77_a_report_is_late_on_the_day_after_it_was_due(today: date, days: list[date]) -> None:
    reports = Reports()
    applied(reports.say("plan"))

    assert [each.on for each in late_days(known(reports), today)] == days


def test_e77_a_day_is_told_once_and_a_new_day_again() -> None:
    reports = Reports()
    applied(reports.say("plan"))
    told = [Late(kind="progress", due_on=date(2027, 4, 30))]
    reports.publication = known(reports).model_copy(update={"late": told})

    assert late_days(known(reports), date(2027, 5, 1)) == []
    applied(reports.say("reschedule"))
    assert late_days(known(reports), date(2027, 5, 31)) == []
    (again,) = late_days(known(reports), date(2027, 6, 1))
    assert again.on == date(2027, 5, 31)


def test_a_date_missed_under_an_earlier_plan_is_open_on_the_page_and_for_decisions() -> None:
    reports, today = Reports(), date(2027, 6, 1)
    site, first = applied(reports.say("plan", every="quarter", first_due_on="2026-12-31"))
    stated_at = datetime(2027, 1, 10, 15, tzinfo=UTC)
    (second,) = applied(reports.say("plan", at=stated_at))
    assert isinstance(site, public.SiteFacts)
    assert isinstance(first, public.PlanFacts)
    assert isinstance(second, public.PlanFacts)
    plans = (Plan(first, DRAFTED.date()), Plan(second, stated_at.date()))
    page = PublicSite(site, plans=plans)
    missed = [date(2026, 12, 31), date(2027, 4, 30)]

    assert [due.on for due in dues_of(page, today) if due.is_late(today)] == missed
    assert [each.on for each in late_days(known(reports), today)] == missed
    moved = reports.say("reschedule", due_on="2026-12-31", new_due_on="2027-07-31")
    assert code_of(moved) is None


def planned_once(*dates: tuple[datetime, str]) -> Reports:
    """Return a site with plans for one report each, stated at a time, and due on a day."""
    reports = Reports()
    for at, due_on in dates:
        applied(reports.say("plan", at=at, every="once", first_due_on=due_on))
    return reports


def open_dates(reports: Reports) -> list[date]:
    return [day.on for day in open_days(known(reports), "progress")]


def test_a_missed_date_of_one_report_is_moved_by_another_plan_of_one() -> None:
    missed_at = datetime(2027, 5, 5, 15, tzinfo=UTC)
    reports = planned_once((DRAFTED, "2027-04-30"), (missed_at, "2027-06-30"))
    applied(reports.say("draft", actor=DRAFTER))
    applied(reports.say("checked", hash=reports.hash))

    assert late_days(known(reports), date(2027, 6, 15)) == []
    (published, *_) = applied(
        reports.say("approve", at=datetime(2027, 6, 15, 15, tzinfo=UTC), actor=APPROVER,
                    hash=reports.hash)
    )  # fmt: skip

    assert isinstance(published, public.ReportFacts)
    assert published.due_on == date(2027, 6, 30)
    assert late_days(known(reports), date(2027, 8, 1)) == []
    assert open_dates(reports) == []


def test_a_date_that_was_moved_by_a_plan_may_be_moved_again_and_its_first_day_may_not() -> None:
    missed_at = datetime(2027, 5, 5, 15, tzinfo=UTC)
    reports = planned_once((DRAFTED, "2027-04-30"), (missed_at, "2027-06-30"))

    assert code_of(reports.say("reschedule", due_on="2027-04-30")) == "not_planned"
    applied(reports.say("reschedule", due_on="2027-06-30", new_due_on="2027-07-31"))
    assert open_dates(reports) == [date(2027, 7, 31)]


def test_dates_of_one_report_that_were_missed_again_and_again_are_one_date() -> None:
    reports = planned_once(
        (DRAFTED, "2027-01-31"),
        (datetime(2027, 2, 3, 15, tzinfo=UTC), "2027-03-31"),
        (datetime(2027, 2, 20, 15, tzinfo=UTC), "2027-04-30"),
        (datetime(2027, 5, 3, 15, tzinfo=UTC), "2027-06-30"),
    )

    assert open_dates(reports) == [date(2027, 6, 30)]


def test_another_plan_of_one_report_after_the_first_was_published_adds_a_date() -> None:
    reports = Reports()
    applied(reports.say("plan", every="once"))
    applied(reports.say("draft", actor=DRAFTER))
    applied(reports.say("checked", hash=reports.hash))
    applied(reports.say("approve", at=LATER, actor=APPROVER, hash=reports.hash))

    applied(
        reports.say("plan", at=datetime(2027, 5, 5, 15, tzinfo=UTC), every="once",
                    first_due_on="2027-06-30")
    )  # fmt: skip

    assert open_dates(reports) == [date(2027, 6, 30)]
    assert [each.on for each in late_days(known(reports), date(2027, 7, 1))] == [date(2027, 6, 30)]


def test_a_missed_date_of_one_report_stays_if_a_plan_of_many_follows() -> None:
    reports = planned_once((DRAFTED, "2027-04-30"))

    applied(
        reports.say("plan", at=datetime(2027, 5, 5, 15, tzinfo=UTC), first_due_on="2027-06-30")
    )

    days = islice(open_days(known(reports), "progress"), 2)
    assert [day.on for day in days] == [date(2027, 4, 30), date(2027, 6, 30)]


def test_of_two_reports_due_on_a_day_each_moves_by_what_was_said_when_it_was_due() -> None:
    reports = Reports()
    applied(reports.say("plan"))
    applied(reports.say("reschedule", due_on="2027-10-30", new_due_on="2027-11-30"))

    applied(reports.say("reschedule", due_on="2027-04-30", new_due_on="2027-10-30"))

    days = open_days(known(reports), "progress")
    assert [day.on for day in islice(days, 2)] == [date(2027, 10, 30), date(2027, 11, 30)]


def test_of_a_site_that_has_ended_nothing_is_late_afterwards() -> None:
    reports = Reports()
    applied(reports.say("plan"))
    ended = known(reports).site.model_copy(update={"ended_on": date(2027, 6, 1)})
    reports.publication = known(reports).model_copy(update={"site": ended})

    late = late_days(known(reports), date(2029, 1, 1))

    assert [each.on for each in late] == [date(2027, 4, 30)]


def test_a_published_report_is_not_late() -> None:
    assert late_days(known(Reports().published()), date(2027, 5, 1)) == []


def test_a_quarter_ends_on_the_last_day_of_a_shorter_month() -> None:
    reports = Reports()
    applied(reports.say("plan", every="quarter", first_due_on="2027-11-30"))
    days = open_days(known(reports), "progress")

    assert [day.first_on for day in islice(days, 3)] == [
        date(2027, 11, 30), date(2028, 2, 29), date(2028, 5, 30),
    ]  # fmt: skip


def test_a_published_report_was_due_on_the_first_open_day() -> None:
    reports = Reports().published()
    first = known(reports).reports[REPORT].published
    assert first is not None

    assert first.due_on == date(2027, 4, 30)
    assert next(open_days(known(reports), "progress")).first_on == date(2027, 10, 30)
    assert code_of(reports.say("reschedule")) == "not_planned"


def test_a_site_that_is_announced_after_its_end_has_ended() -> None:
    reports = Reports()
    reports.end(LATER)

    announced, _ = applied(reports.say("plan"))

    assert isinstance(announced, public.SiteFacts)
    assert (announced.status, announced.ended_on) == ("ended", date(2027, 1, 4))
