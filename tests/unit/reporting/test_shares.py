"""Shares are computed from counts, never typed, and nothing has no percentage."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.assessments.shares import COUNTED, Shares, percent, shares_of
from services.reporting.assessments.site import Recommendation, Verified

SITES = Path(__file__).parents[2] / "examples" / "public_sites.csv"
AS_OF = date(2024, 9, 26)
RECORDED = date(2012, 1, 1)
A_MONTH_EARLIER, A_MONTH_LATER = date(2024, 8, 26), date(2024, 10, 26)


def counted(*parts: int, whole: int | None = None, as_of: date = AS_OF) -> Shares:
    """Return the shares of *parts*, in the order of `COUNTED`."""
    return Shares(
        as_of, sum(parts) if whole is None else whole, dict(zip(COUNTED, parts, strict=True))
    )


def recommendation(
    *statuses: tuple[str, date], recorded_on: date = RECORDED, **changes: Any
) -> Recommendation:
    verified = tuple(Verified(status, None, on) for status, on in statuses)
    return Recommendation(1, recorded_on, statuses=verified, **changes)


def public_sites() -> list[dict[str, str]]:
    return list(csv.DictReader(SITES.read_text().splitlines()))


def day_of(site: dict[str, str]) -> date:
    """Return the day for which the statuses of a public site are stated, or else any later one."""
    stated = site["statuses_as_of"]
    return date.fromisoformat(stated) if stated else date(2025, 1, 1)


def replayed(site: dict[str, str]) -> list[Recommendation]:
    """Return the recommendations of a public site, with the statuses that its source gives."""
    known = [
        recommendation((status, day_of(site)))
        for status in COUNTED
        for _ in range(int(site[status] or 0))
    ]
    unknown = int(site["recommendations"]) - len(known)
    return [*known, *(recommendation() for _ in range(unknown))]


def test_e70_four_of_thirteen_is_30_8_percent() -> None:
    shares = counted(4, 0, 9, 0)

    assert shares.percent("complete") == Decimal("30.8")
    assert shares.sentence("complete") == "30.8% (4 of 13), as of September 26, 2024"


def test_e71_as_of_a_day_the_denominator_may_be_another() -> None:
    earlier = counted(0, 0, 10, 4)
    grown = [*(recommendation(("in_progress", AS_OF)) for _ in range(10)),
             *(recommendation(("not_started", AS_OF)) for _ in range(4)),
             *(recommendation(recorded_on=date(2025, 2, 1)) for _ in range(22))]  # fmt: skip

    assert [earlier.percent(status) for status in COUNTED] == [
        Decimal("0.0"), Decimal("0.0"), Decimal("71.4"), Decimal("28.6"),
    ]  # fmt: skip
    assert shares_of(grown, AS_OF) == earlier
    assert shares_of(grown, date(2025, 2, 26)).whole == 36


def test_e72_of_nothing_there_is_no_percentage() -> None:
    shares = shares_of([], AS_OF)

    assert [shares.percent(status) for status in COUNTED] == [None] * 4
    assert shares.sentence("complete") == "no recommendations yet, as of September 26, 2024"


def test_the_nine_public_sites_have_exactly_the_shares_that_their_counts_give() -> None:
    sites = public_sites()
    known = {site["agency"]: site for site in sites if site["statuses_as_of"]}

    assert [int(site["recommendations"]) for site in sites] == [
        36, 14, 13, 71, 76, 110, 109, 272, 91,
    ]  # fmt: skip
    assert [*known] == ["North Miami Police Department"]
    for site in sites:
        shares = shares_of(replayed(site), day_of(site))
        assert shares.whole == int(site["recommendations"])
        if site["agency"] in known:
            assert shares.sentence("in_progress") == "71.4% (10 of 14), as of September 26, 2024"
            assert shares.sentence("not_started") == "28.6% (4 of 14), as of September 26, 2024"
        else:
            whole = site["recommendations"]
            assert shares.percent("complete") is None
            assert shares.sentence("complete").startswith(
                f"status not known for {whole} of {whole}, as of "
            )


@pytest.mark.parametrize("day", [A_MONTH_EARLIER, AS_OF, A_MONTH_LATER])
def test_a_withdrawn_recommendation_counts_until_it_is_withdrawn(day: date) -> None:
    dropped = recommendation(("in_progress", RECORDED), ("withdrawn_from_report", AS_OF))

    assert shares_of([dropped], day).whole == (1 if day < AS_OF else 0)


def test_a_status_holds_from_its_day_on() -> None:
    done = recommendation(("in_progress", A_MONTH_EARLIER), ("complete", A_MONTH_LATER))

    found = [shares_of([done], day).parts for day in (A_MONTH_EARLIER, AS_OF, A_MONTH_LATER)]

    assert [parts["complete"] for parts in found] == [0, 0, 1]
    assert [parts["in_progress"] for parts in found] == [1, 1, 0]


def test_a_later_verdict_about_an_earlier_day_takes_the_place_of_an_earlier_verdict() -> None:
    back = recommendation(("complete", AS_OF), ("in_progress", A_MONTH_EARLIER))

    assert shares_of([back], A_MONTH_LATER).parts["in_progress"] == 1


def test_a_claim_counts_from_its_day_on_and_in_no_part() -> None:
    claimed = recommendation(("in_progress", RECORDED), claimed_on=AS_OF)

    assert shares_of([claimed], A_MONTH_EARLIER).claimed == 0
    assert shares_of([claimed], AS_OF).claimed == 1
    assert shares_of([claimed], AS_OF).parts["complete"] == 0


@pytest.mark.parametrize(("parts", "whole"), [((1, 1, 1, 1), 3), ((-1, 0, 0, 1), 3)])
def test_parts_that_do_not_fit_into_the_whole_are_never_shown(
    parts: tuple[int, ...], whole: int
) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        counted(*parts, whole=whole)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (1, 3, "33.3"),
        (2, 3, "66.7"),
        (1, 8, "12.5"),
        (1, 2000, "0.1"),
        (1, 2001, "0.0"),
        (7, 7, "100.0"),
    ],
)
def test_a_share_has_one_decimal_and_ties_round_up(part: int, whole: int, expected: str) -> None:
    assert str(percent(part, whole)) == expected


@given(st.lists(st.integers(0, 300), min_size=4, max_size=4))
def test_parts_add_up_to_the_whole(parts: list[int]) -> None:
    shares = counted(*parts)

    assert shares.unknown == 0
    assert sum(shares.parts.values()) == shares.whole
