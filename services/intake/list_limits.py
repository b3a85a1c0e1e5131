"""Limits how often a participant may ask a question that has a long answer. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.intake.findings import Finding
from services.intake.message import Message
from shared.contracts import refusals
from shared.contracts.inbound import LISTS, CaseQuestion, StatusQuestion
from shared.contracts.publications import ReportQuestion

INTERVAL = timedelta(seconds=10)
MAX_PAGES = 20
"""The most pages after the first within `INTERVAL`, repeated answers included."""
MAX_FILES = 20
"""The most case files that an office may ask for within `INTERVAL`, repetitions included."""
MAX_REPORTS = 20
"""The most texts of reports that a participant may ask for within `INTERVAL`, likewise."""
_CASE_FILES, _REPORTS = "case files", "reports"
ListKey = tuple[str, str]
"""(participant, name of the list, case files, or reports)"""


@dataclass(frozen=True, slots=True)
class ListUse:
    """When a participant asked for the first page of a list, and how many pages followed."""

    since: datetime
    pages: int = 0

    def covers(self, at: datetime) -> bool:
        """Tell whether *at* is within the interval, even if the broker's clock was set back."""
        return abs(at - self.since) < INTERVAL


def list_key(message: Message) -> ListKey | None:
    """Return the key under which uses like *message* count; None if they are not limited."""
    data = message.data
    if isinstance(data, StatusQuestion) and data.about in LISTS:
        return message.participant, data.about
    if isinstance(data, ReportQuestion):
        return message.participant, _REPORTS
    return (message.participant, _CASE_FILES) if isinstance(data, CaseQuestion) else None


def check_list_rate(message: Message, before: ListUse | None, *, repeated: bool) -> Finding | None:
    """Return a finding if *message* asks too soon after the last use *before*."""
    if before is None or not before.covers(message.at):
        return None
    fields = {"seconds": INTERVAL.seconds}
    if isinstance(message.data, CaseQuestion):
        if before.pages + 1 < MAX_FILES:
            return None
        fields["files"] = MAX_FILES
        return Finding(refusals.TOO_MANY_FILES, "/data/tracking_number", fields)
    if isinstance(message.data, ReportQuestion):
        if before.pages + 1 < MAX_REPORTS:
            return None
        fields["reports"] = MAX_REPORTS
        return Finding(refusals.TOO_MANY_REPORTS, "/data/report_id", fields)
    if (repeated or message.data.after is not None) and before.pages < MAX_PAGES:
        return None
    fields["pages"] = MAX_PAGES
    return Finding(refusals.TOO_OFTEN, "/data/about", fields)


def next_use(message: Message, before: ListUse | None) -> ListUse:
    """Return the use after *message* has been answered."""
    if before is None or not before.covers(message.at):
        return ListUse(message.at)
    return replace(before, pages=before.pages + 1)
