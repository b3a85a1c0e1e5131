"""Which figures of a released month are corrected, and how the corrections are published."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from services.reporting.corrections.decide import (
    cause_of,
    corrected,
    counted_again,
    figures_corrected,
    versions,
)
from services.reporting.figures import Durations
from services.reporting.release import Counted, digest
from shared.catalog.catalog import with_entry
from shared.contracts.reference import Program, TopicOfHelp
from shared.contracts.reporting import CorrectedFigure, Release
from tests.unit.reporting.test_release import NOTHING, catalog, counted, release

AT = datetime(2026, 8, 5, 4, tzinfo=UTC)


def state(count: int) -> Counted:
    return counted(("us_state", "US-CA", count))


def july() -> Release:
    """Return the release with which June is corrected."""
    return release().model_copy(update={"month": "2026-07", "as_of": AT, "positions": []})


def correct(shown: Release, found: Counted, **changes: Any) -> list[CorrectedFigure]:
    again = counted_again(shown, found, changes.get("catalog", catalog()), like=july())
    events = figures_corrected(
        shown,
        again,
        because="late",
        with_="2026-07",
        at=AT,
        next_number=count(2).__next__,
    )
    return [event.data for event in events]


def test_e82_a_change_that_rounding_hides_is_no_correction() -> None:
    assert correct(release(state(57)), state(58)) == []


def test_e82_a_change_that_shows_is_a_correction_of_the_figure_and_of_its_total() -> None:
    found = correct(release(state(64)), state(66))

    assert [(each.breakdown, each.group, each.before, each.after) for each in found] == [
        ("us_state", "US-CA", 60, 70),
        ("us_state", "all", 60, 70),
    ]
    assert {(each.release, each.corrected_with, each.because) for each in found} == {
        ("2026-06", "2026-07", "late")
    }


def test_a_small_count_is_corrected_through_the_gate() -> None:
    """Ten more hide in "10 or fewer", and eleven are ten."""
    assert correct(release(state(0)), state(10)) == []
    found = correct(release(state(0)), state(11))

    assert [(each.before, each.after) for each in found] == [
        ("10 or fewer", 10),
        ("10 or fewer in each", 10),
    ]


def test_times_are_corrected_too() -> None:
    rows = [Durations("triage_to_offer", "all", "all", 11, 100_000, 200_000)]
    found = correct(release(), Counted([], {}, [], rows))

    assert [(each.figure, each.measure, each.before, each.after) for each in found] == [
        ("triage_to_offer", "p50", "not shown", 24),
        ("triage_to_offer", "p90", "not shown", 60),
    ]


@pytest.mark.parametrize(
    ("breakdown", "group"),
    [("program", "cri-tac"), ("lane", "cri-tac.urgent"), ("family", "sheriff")],
)
def test_where_requests_stood_at_the_release_is_no_matter_of_correction(
    breakdown: str, group: str
) -> None:
    assert correct(release(), counted((breakdown, group, 50))) == []


def test_a_list_that_has_grown_corrects_nothing() -> None:
    """A topic and a program of later stand in no release of before, and rename nothing."""
    later = with_entry(catalog(), 3, TopicOfHelp(id="k9", name="Dogs", families=["general"]))
    later = with_entry(later, 4, Program(id="cri-tac", name="Another name", status="open"))

    assert correct(release(), NOTHING, catalog=later) == []


def test_the_corrected_release_has_the_hash_that_the_corrections_name() -> None:
    first = release(state(64))

    corrections = correct(first, state(66))
    found = versions(first, digest(first), corrections, with_={"2026-07": july()})

    (sha256, before), (named, after) = found
    assert (sha256, before) == (digest(first), first)
    assert digest(after) == named != sha256
    assert (after.month, after.as_of, after.positions) == ("2026-06", AT, [])


def test_a_figure_that_was_corrected_is_corrected_from_what_it_shows() -> None:
    first = release(state(64))
    shown = corrected(first, correct(first, state(66)))

    found = correct(shown, state(64))

    assert [(each.before, each.after) for each in found] == [(70, 60), (70, 60)]
    assert correct(shown, state(66)) == []


def test_corrections_are_numbered_after_the_release_and_have_ids_of_their_own() -> None:
    shown = release(state(64))
    again = counted_again(shown, state(66), catalog(), like=july())

    events = figures_corrected(
        shown, again, because="late", with_="2026-07", at=AT, next_number=count(2).__next__
    )

    assert [event.number for event in events] == [2, 3]
    assert len({event.id for event in events}) == 2
    assert {(event.subject, event.causationid, event.dataclassification) for event in events} == {
        ("2026-06", "month/2026-07", "public")
    }


@pytest.mark.parametrize(
    ("found", "named"),
    [({"late"}, "late"), ({"amended"}, "amended"), ({"late", "rebuilt"}, "several")],
)
def test_one_kind_of_cause_is_named(found: set[str], named: str) -> None:
    assert cause_of(found) == named
