"""Checks messages about publication; reporting checks them against its drafts and reports."""

from collections.abc import Iterator
from datetime import datetime

from services.intake.batch_state import Request
from services.intake.checks.fields import check_past_dates, check_years, latest_date
from services.intake.checks.texts import is_line
from services.intake.findings import Finding
from shared.contracts import publications, refusals
from shared.contracts.publications import LONGEST_REPLY, AboutPublication


def check_publication(
    data: AboutPublication,
    request: Request | None,
    *,
    participant: str,
    at: datetime,
    by_office: bool = False,
) -> Iterator[Finding]:
    """Yield the findings about a message of *participant* that was received *at* that moment."""
    path = "/data/engagement_id"
    if isinstance(data, publications.ReportQuestion):
        # Only an office may learn which engagements other participants have.
        if request is None or not (by_office or request.participant == participant):
            yield Finding(refusals.NO_SUCH_REPORT, "/data/report_id")
        return
    if request is None:
        yield Finding(refusals.UNKNOWN_ENGAGEMENT, path)
    match data:
        case publications.FactCheck() | publications.Reply() if (
            request is not None and request.participant != participant
        ):
            yield Finding(refusals.NOT_YOURS, path)
        case publications.Plan(first_due_on=first):
            yield from check_years({"/data/first_due_on": first})
        case publications.Reschedule(due_on=due_on, new_due_on=new):
            yield from check_years({"/data/due_on": due_on, "/data/new_due_on": new})
            if new <= due_on:
                yield Finding(refusals.END_BEFORE_BEGINNING, "/data/new_due_on")
        case publications.ReportDraft(as_of=as_of):
            # A date in the sender's time zone, which is unknown.
            yield from check_past_dates({"/data/as_of": as_of}, today=latest_date(at))
        case publications.FactCheck(items=items):
            for place, each in enumerate(items):
                if each.answer == "dispute" and not each.words:
                    yield Finding(refusals.DISPUTE_WITHOUT_WORDS, f"/data/items/{place}/words")
        case publications.Correction(item=item, after=after) if _is_title(item):
            if not is_line(after):
                yield Finding(refusals.TITLE_NOT_A_LINE, "/data/after")
        case publications.Reply(text=text) if len(text) > LONGEST_REPLY:
            yield Finding(refusals.TOO_LONG, "/data/text", {"most": LONGEST_REPLY})
        case _:
            return


def _is_title(item: str) -> bool:
    """Tell whether the text of *item* is a title: that of the report, or of a focus area."""
    return item != "summary" and "." not in item
