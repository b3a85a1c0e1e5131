"""Which work there is for the office about reports, their dates, corrections and statuses."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from services.desk.work import sites
from services.desk.work.assessment import Assessment, Person, Said, assessment_of
from services.desk.work.items import WorkItem
from services.desk.work.reports import Items, items_of
from shared.contracts import intake
from tests.examples.assessments import ENGAGEMENT, PROVIDER, REQUEST
from tests.examples.decided import OFFICE, Decisions
from tests.examples.publications import APPROVER, DRAFTER, DUE, REPORT

SPRING, SUMMER = date(2027, 4, 30), date(2027, 10, 30)


def said(decisions: Decisions | Iterable[tuple[str, Any]]) -> list[Said]:
    """Return what both topics say, by message."""
    events = decisions.events if isinstance(decisions, Decisions) else decisions
    found: dict[str, Said] = {}
    for _, event in events:
        if (each := sites.said_by(event)) is not None:
            before = found.get(each.event_id)
            found[each.event_id] = each if before is None else before.completed(each)
    return list(found.values())


def items(decisions: Decisions) -> Items:
    return items_of(ENGAGEMENT, said(decisions))


def waiting(decisions: Decisions) -> list[WorkItem]:
    return [item for item, closed in items(decisions).values() if closed is None]


def stands(decisions: Decisions) -> Assessment:
    return assessment_of(ENGAGEMENT, said(decisions))


def test_a_draft_is_work_of_the_office_once_the_agencys_time_is_over() -> None:
    (item,) = waiting(Decisions().drafted())

    assert (item.kind, item.about, item.request_id) == ("report_to_approve", REPORT, REQUEST)
    assert item.opened_at == DUE
    assert item.why == "The agency did not check version 1 of the progress report in time."


def test_a_draft_that_the_agency_has_checked_waits_at_once_and_says_what_is_disputed() -> None:
    checked, disputed = Decisions().drafted(), Decisions().drafted()
    checked.say("checked")
    disputed.say(
        "checked",
        items=[{"item": "2.1", "answer": "dispute"}, {"item": "2.1.1", "answer": "agree"},
               {"answer": "dispute"}],
    )  # fmt: skip

    (one,), (other,) = waiting(checked), waiting(disputed)

    assert one.opened_at == checked.at + timedelta(seconds=1)
    assert one.why.endswith("disputes nothing in it.")
    assert other.why.endswith("disputes 2 places in it.")
    assert stands(disputed).reports[REPORT].disputed == ["2.1", None]


def test_a_report_that_is_published_returned_or_withdrawn_waits_no_more() -> None:
    published, returned, withdrawn = Decisions().published(), Decisions().drafted(), Decisions()
    returned.say("return")
    withdrawn.published()
    withdrawn.say("correct", actor="staff:c3")
    withdrawn.say("withdraw")

    for each in (published, returned, withdrawn):
        assert waiting(each) == []
    closed = [each.because for _, each in items(published).values() if each]
    assert closed == ["fact_check_answered", "publication_approve_directed"]


def test_what_is_refused_changes_nothing() -> None:
    decisions = Decisions().drafted()
    decisions.say("checked", is_refused=True)

    assert [item.opened_at for item in waiting(decisions)] == [DUE]


def test_the_next_version_takes_the_place_of_the_one_before_and_names_all_who_drafted() -> None:
    decisions = Decisions().drafted()
    decisions.say("return")
    decisions.say("draft", version=2, actor="staff:d2", participant=OFFICE)

    (item,) = waiting(decisions)

    assert item.item_id == f"report_to_approve:{ENGAGEMENT}:{REPORT}:2:unanswered"
    report = stands(decisions).reports[REPORT]
    assert report.has_worked == {Person(PROVIDER, DRAFTER), Person(OFFICE, "staff:d2")}


def test_who_verified_a_status_in_a_report_has_worked_on_it() -> None:
    decisions = Decisions()
    decisions.say("proposed", on="2026-12-01")
    decisions.say("verified", on="2026-12-01", actor="staff:v1")
    decisions.drafted()

    report = stands(decisions).reports[REPORT]

    assert report.verifiers == [Person(OFFICE, "staff:v1")]


def test_a_status_waits_from_its_proposal_until_it_is_verified_or_returned() -> None:
    proposed, accepted, returned = Decisions(), Decisions(), Decisions()
    for each in (proposed, accepted, returned):
        each.say("proposed")
    accepted.say("verified")
    returned.say("verified", decision="return")

    (item,) = waiting(proposed)

    assert (item.kind, item.about) == ("status_to_verify", "2.1.1")
    assert item.why == "The provider has decided that recommendation 2.1.1 is in progress."
    assert waiting(accepted) == []
    assert waiting(returned) == []
    assert stands(returned).statuses == {}


def test_another_proposal_is_another_item() -> None:
    decisions = Decisions()
    decisions.say("proposed")
    (first,) = waiting(decisions)
    decisions.say("proposed", status="complete")

    (second,) = waiting(decisions)

    assert first.item_id != second.item_id
    assert second.why.endswith("is complete.")


def test_e77_a_date_that_has_passed_waits_until_there_is_a_report_or_another_date() -> None:
    late, moved, published, replaced = (Decisions().drafted() for _ in range(4))
    for each in (late, moved, published, replaced):
        each.late("progress", SPRING, at=each.at)
    moved.say("reschedule")
    published.say("checked")
    published.say("approve", actor=APPROVER)
    replaced.say("plan", first_due_on="2027-09-30")

    def of_dates(decisions: Decisions) -> list[WorkItem]:
        return [each for each in waiting(decisions) if each.kind == "late_publication"]

    (item,) = of_dates(late)
    assert item.why == "The progress report was due on April 30, 2027."
    assert item.about == "progress:2027-04-30"
    assert of_dates(moved) == of_dates(published) == of_dates(replaced) == []


def test_a_date_that_had_passed_before_another_plan_waits_on() -> None:
    decisions = Decisions().drafted()
    decisions.at = datetime(2027, 5, 10, 15, tzinfo=UTC)
    decisions.late("progress", SPRING, at=decisions.at)

    decisions.say("plan", first_due_on="2027-09-30")

    assert [each.kind for each in waiting(decisions)] == ["report_to_approve", "late_publication"]
    assert [now for _, now in islice(stands(decisions).open_days("progress"), 2)] == [
        SPRING, date(2027, 9, 30),
    ]  # fmt: skip


def test_a_missed_date_of_one_report_waits_no_more_after_another_plan_of_one() -> None:
    decisions = Decisions()
    decisions.say("plan", every="once")
    decisions.at = datetime(2027, 5, 10, 15, tzinfo=UTC)
    decisions.late("progress", SPRING, at=decisions.at)

    decisions.say("plan", every="once", first_due_on="2027-09-30")

    assert waiting(decisions) == []
    assert [now for _, now in stands(decisions).open_days("progress")] == [date(2027, 9, 30)]


def test_a_report_is_for_the_first_day_that_is_open_and_the_next_one_stays_late() -> None:
    decisions = Decisions().drafted()
    decisions.late("progress", SPRING, at=decisions.at)
    decisions.late("progress", SUMMER, at=decisions.at)
    decisions.say("approve", actor=APPROVER)

    assert [item.about for item in waiting(decisions)] == ["progress:2027-10-30"]
    assert next(stands(decisions).open_days("progress")) == (SUMMER, SUMMER)


def test_a_correction_waits_for_a_second_person() -> None:
    decisions = Decisions().published()
    decisions.say("correct", actor="staff:c3")
    (item,) = waiting(decisions)
    decisions.say("approve_correction", actor=APPROVER)

    assert (item.kind, item.about) == ("correction_to_approve", f"{REPORT}:1")
    assert item.why == "A mistake was found in the progress report, in 2.1."
    assert stands(decisions).reports[REPORT].corrections[1].by == Person(OFFICE, "staff:c3")
    assert waiting(decisions) == []


def test_what_one_topic_tells_first_waits_for_the_other() -> None:
    decisions = Decisions().published()
    whole = items(decisions)

    answers = [each for each in decisions.events if each[0] != intake.TOPIC]
    first = [each for each in decisions.events if each[0] == intake.TOPIC]

    assert items_of(ENGAGEMENT, said(answers)) == {}
    assert items_of(ENGAGEMENT, said(first)) == {}
    assert items_of(ENGAGEMENT, said([*answers, *first])) == whole
    for known in range(len(first)):
        part = items_of(ENGAGEMENT, said([*answers, *first[:known]]))
        assert part.keys() <= whole.keys()
