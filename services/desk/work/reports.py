"""Decides which items of work an assessment in public has. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from services.desk.work import words
from services.desk.work.assessment import Assessment, Report, Said, decided
from services.desk.work.items import Closed, WorkItem, working_days_after

_APPROVE_DAYS, _LATE_DAYS, _CORRECT_DAYS, _VERIFY_DAYS = 5, 2, 2, 5
Items = Mapping[str, tuple[WorkItem, Closed | None]]


def items_of(engagement_id: str, said: Iterable[Said]) -> Items:
    """Return every item that an assessment ever had, by id, and when it closed if it did."""
    found: dict[str, tuple[WorkItem, Closed | None]] = {}
    now = Assessment(engagement_id)
    for each, event in decided(said):
        now.take(event, each)
        assert each.number is not None
        assert each.settled_at is not None
        waiting = {item.item_id: item for item in _waiting(now, each.number)}
        for item_id, (item, ended) in found.items():
            if ended is None and item_id not in waiting:
                found[item_id] = item, Closed(each.settled_at, event.type.split(".")[3])
        for item_id, item in waiting.items():
            found.setdefault(item_id, (item, None))
    return found


def _waiting(now: Assessment, number: int) -> Iterator[WorkItem]:
    for report in now.reports.values():
        if report.is_open:
            yield _approve(now, report, number)
        if not report.is_withdrawn:
            yield from _corrections(now, report, number)
    for (kind, due_on), since in now.late.items():
        yield WorkItem(
            item_id=f"late_publication:{now.engagement_id}:{kind}:{due_on}",
            kind="late_publication",
            request_id=now.request_id,
            participant=None,
            about=f"{kind}:{due_on}",
            why=words.late_report(kind, due_on),
            otherwise=words.LATE_REPORT_OTHERWISE,
            number=number,
            opened_at=since,
            due_at=working_days_after(since, _LATE_DAYS),
        )
    for recommendation, proposal in now.proposals.items():
        yield WorkItem(
            item_id=f"status_to_verify:{now.engagement_id}:{recommendation}:{proposal.number}",
            kind="status_to_verify",
            request_id=now.request_id,
            participant=proposal.by.participant,
            about=recommendation,
            why=words.status_to_verify(recommendation, proposal.status),
            otherwise=words.VERIFY_OTHERWISE,
            number=number,
            opened_at=proposal.since,
            due_at=working_days_after(proposal.since, _VERIFY_DAYS),
        )


def _approve(now: Assessment, report: Report, number: int) -> WorkItem:
    """Return the item of a draft; while the agency checks the draft, it opens in the future."""
    is_unanswered = report.state == "fact_check"
    opened_at = report.due_at if is_unanswered else report.since
    how = "unanswered" if is_unanswered else report.state
    about = f"{now.engagement_id}:{report.report_id}:{report.version}"
    return WorkItem(
        item_id=f"report_to_approve:{about}:{how}",
        kind="report_to_approve",
        request_id=now.request_id,
        participant=None,
        about=report.report_id,
        why=words.report_to_approve(report.kind, report.version, len(report.disputed), how),
        otherwise=words.APPROVE_OTHERWISE,
        number=number,
        opened_at=opened_at,
        due_at=working_days_after(opened_at, _APPROVE_DAYS),
    )


def _corrections(now: Assessment, report: Report, number: int) -> Iterator[WorkItem]:
    for place, correction in report.corrections.items():
        if not correction.is_approved:
            about = f"{now.engagement_id}:{report.report_id}:{place}"
            yield WorkItem(
                item_id=f"correction_to_approve:{about}",
                kind="correction_to_approve",
                request_id=now.request_id,
                participant=None,
                about=f"{report.report_id}:{place}",
                why=words.correction_to_approve(report.kind, correction.item),
                otherwise=words.CORRECTION_OTHERWISE,
                number=number,
                opened_at=correction.since,
                due_at=working_days_after(correction.since, _CORRECT_DAYS),
            )
