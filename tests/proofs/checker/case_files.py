"""I16: the office's desk keeps what a case file tells for a quarter of an hour."""

from datetime import datetime, timedelta

from tests.proofs.checker.findings import Findings
from tests.proofs.checker.log import moment
from tests.proofs.checker.run import Row, Run

_KEPT = timedelta(minutes=15)
_SWEPT = timedelta(minutes=2)
"""Within this time a case file is gone after its end: the desk looks twice a minute."""


def kept_too_long(run: Run) -> Findings:
    """Look for case files that were told and whose time is over, or is longer than it may be."""
    for row in run.rows("desk", "case_files"):
        kept = run.at is None or row["told"] is None or is_open(row, at=run.at)
        wrong = f"the desk keeps the case file {row['message_id']} until {row['until']}"
        yield None if kept else wrong


def is_open(row: Row, *, at: datetime | None) -> bool:
    """Return whether a case file may be there *at* the time of recording, if that is known."""
    until = moment(row["until"])
    if at is None or until is None:
        return at is None
    return at - _SWEPT <= until <= at + _KEPT + _SWEPT
