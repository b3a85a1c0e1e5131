"""A spreadsheet that opens the CSV runs nothing that somebody wrote."""

import csv
import io
from datetime import UTC, datetime

import pytest

from services.reporting.corrections.shown import Published
from services.reporting.csv_table import live_table, release_table
from services.reporting.figures import Figure
from shared.contracts.reporting import ReleasedFigure, ReleaseFacts
from tests.unit.reporting.test_release import release


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_e85_text_that_looks_like_a_formula_begins_with_an_apostrophe(first: str) -> None:
    name = f'{first}HYPERLINK("x")'
    figure = Figure("requests", "requests", "program", name, "count", 60, name)

    live = live_table([figure], as_of=datetime.now(UTC))
    month = release().model_copy(
        update={
            "figures": [
                ReleasedFigure(
                    figure="requests",
                    unit="requests",
                    breakdown="program",
                    group=name,
                    name=name,
                    measure="count",
                    value=60,
                )
            ]
        }
    )
    facts = ReleaseFacts(sha256="0" * 64, release=month)
    released = release_table(Published(facts, datetime.now(UTC)))

    for text in (live, released):
        (row,) = csv.DictReader(io.StringIO(text, newline=""))
        assert (row["group"], row["name"], row["value"]) == (f"'{name}", f"'{name}", "60")


def test_a_number_stays_a_number() -> None:
    figure = Figure("waiting", "seconds", "all", "all", "p50", -1.5)

    (row,) = csv.DictReader(io.StringIO(live_table([figure], as_of=datetime.now(UTC))))

    assert row["value"] == "-1.5"
