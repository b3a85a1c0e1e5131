"""The page, the JSON and the CSV of a release are compared number by number."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest

from deploy.demo import releases
from deploy.demo.public_page import rows_of
from deploy.demo.releases import wrong_corrections, wrong_views
from services.reporting.corrections.shown import Correction, Published
from services.reporting.csv_table import release_table
from services.reporting.render import release_page
from shared.contracts.reporting import ReleaseFacts
from tests.unit.reporting.test_corrections import correct
from tests.unit.reporting.test_release import counted, release, with_providers

RELEASE = release(counted(("program", "cri-tac", 57), ("goal", "trust", 1234)), with_providers())
FACTS = ReleaseFacts(sha256="ab" * 32, release=RELEASE)
AT = datetime(2026, 7, 6, tzinfo=UTC)
PUBLISHED = Published(FACTS, AT)
PAGE = release_page(PUBLISHED, at=AT)
LATER = correct(RELEASE, counted(("program", "cri-tac", 57), ("goal", "trust", 1246)))
CORRECTED = Published(FACTS, AT, [Correction(2, AT, each) for each in LATER])


def corrections_served(listed: str, page: str) -> Any:
    """Serve a list of corrections as JSON, and its page."""
    return patch.object(
        releases, "_get", lambda public, path: listed if path.endswith(".json") else page
    )


@contextmanager
def served(*, page: str = PAGE, table: str = release_table(PUBLISHED)) -> Iterator[None]:
    with patch.object(
        releases, "_get", lambda public, path: table if path.endswith(".csv") else page
    ):
        yield


def wrong(published: Published = PUBLISHED) -> list[str]:
    return wrong_views("", "2026-06", published.file.model_dump(mode="json"))


def test_rows_are_read_without_headings_and_bars() -> None:
    html = "<table><tr><th scope=col>a</th></tr><tr><th>b &amp; c</th><td>1,230</td>"
    html += '<td class="bar"><svg></svg></td></tr></table>'

    assert rows_of(html) == {("b & c", "1,230"): 1}


def test_three_views_of_one_release_agree() -> None:
    with served():
        assert wrong() == []
    assert rows_of(PAGE).total() > 50


@pytest.mark.parametrize(("shown", "instead"), [(">60<", ">70<"), (">1,230<", ">1,240<")])
def test_another_number_on_the_page_is_a_fault(shown: str, instead: str) -> None:
    assert shown in PAGE

    with served(page=PAGE.replace(shown, instead)):
        assert wrong() != []


def test_another_number_in_the_csv_is_a_fault() -> None:
    table = release_table(PUBLISHED)

    with served(table=table.replace(",60,", ",70,", 1)):
        assert wrong() == ["release 2026-06: the CSV has other figures than the JSON"]


def test_three_views_of_a_corrected_release_agree() -> None:
    page, table = release_page(CORRECTED, at=AT), release_table(CORRECTED)

    with served(page=page, table=table):
        assert wrong(CORRECTED) == []


def test_a_correction_that_a_view_does_not_show_is_a_fault() -> None:
    with served():
        assert len(wrong(CORRECTED)) == 3


@pytest.mark.parametrize(
    ("listed", "page", "corrected", "wrong"),
    [
        (
            '{"months": [{"month": "2027-01", "figures_corrected": 2}]}',
            "/releases/2027-01",
            "2027-01",
            [],
        ),
        (
            '{"months": [{"month": "2027-01", "figures_corrected": 3}]}',
            "/releases/2027-01",
            None,
            ["/corrections says 3 of 2027-01, its page has 2"],
        ),
        ('{"months": []}', "", "2027-01", ["/corrections says 0 of 2027-01, its page has 2"]),
        (
            '{"months": [{"month": "2027-01", "figures_corrected": 2}]}',
            "",
            None,
            ["/corrections says 2 of 2027-01, its page has 2"],
        ),
        (
            '{"months": [{"month": "2027-01", "figures_corrected": 2}]}',
            "/releases/2027-01",
            "2027-02",
            ["no figure of 2027-02 was corrected"],
        ),
    ],
)
def test_the_list_of_corrections_has_those_of_each_month(
    listed: str, page: str, corrected: str | None, wrong: list[str]
) -> None:
    with corrections_served(listed, page):
        assert wrong_corrections("", {"2027-01 with 2027-02": 2}, corrected) == wrong
