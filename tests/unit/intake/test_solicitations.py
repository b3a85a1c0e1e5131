"""A solicitation is announced whole, version by version."""

from typing import Any

import pytest

from services.intake.batch_state import Decision
from tests.examples.inbound import AGENCY, solicitation
from tests.examples.intake import Intake, events, reasons

CLOSES = "2026-05-15T23:59:00-04:00"


def announce(intake: Intake, **changes: Any) -> Decision:
    version = changes.get("version", 1)
    return intake.send("solicitation.announce", solicitation(**changes), id=f"v{version}")


def test_e29_a_solicitation_that_closes_before_it_opens_contradicts_itself() -> None:
    decision = announce(Intake(), opens_on="2026-06-01", closes_at=CLOSES)

    assert reasons(decision) == [("dates_contradict", "/data/closes_at")]


def test_e29_version_4_does_not_follow_version_2() -> None:
    intake = Intake()
    announce(intake)
    announce(intake, version=2)

    decision = announce(intake, version=4)

    assert reasons(decision) == [("version_not_next", "/data/version")]
    assert "3" in events(decision)[0].data.reasons[0].fix


def test_each_version_is_announced_whole() -> None:
    intake = Intake()

    first = announce(intake)
    second = announce(intake, version=2, closes_at="2026-05-22T23:59:00-04:00")

    (told,) = events(second)
    assert first.outcome == second.outcome == "applied"
    assert told.data.closes_at.isoformat() == "2026-05-22T23:59:00-04:00"
    assert told.data.title == solicitation()["title"]


def test_it_may_close_on_the_day_on_which_it_opens_where_the_office_is() -> None:
    closes = "2026-05-15T23:59:00-04:00"  # in UTC that is the next day

    same = announce(Intake(), opens_on="2026-05-15", closes_at=closes)
    before = announce(Intake(), opens_on="2026-05-16", closes_at=closes)

    assert same.outcome == "applied"
    assert reasons(before) == [("dates_contradict", "/data/closes_at")]


def test_every_solicitation_counts_its_own_versions() -> None:
    intake = Intake()
    announce(intake)

    other = intake.send("solicitation.announce", solicitation(id="other"), id="other")

    assert other.outcome == "applied"


def test_a_solicitation_is_of_a_known_program_and_announced_by_an_office() -> None:
    unknown = announce(Intake(), program="cri-moon")
    agency = Intake().send("solicitation.announce", solicitation(), sender=AGENCY)

    assert reasons(unknown) == [("unknown_program", "/data/program")]
    assert reasons(agency) == [("role_not_authorized", "/type")]


@pytest.mark.parametrize(
    "url",
    [
        "http://grants.example/a",
        "https://user@grants.example/a",
        'https://grants.example/" onclick="x',
        "https://grants.example/<b>",
        "javascript:alert(1)",
        "https://grants.example/" + "a" * 500,
    ],
)
def test_the_page_to_apply_on_is_a_plain_https_address(url: str) -> None:
    decision = announce(Intake(), url=url)

    assert [path for _, path in reasons(decision)] == ["/data/url"]
