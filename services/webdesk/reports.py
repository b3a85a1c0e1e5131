"""Reports that contacts check and reply to: which are open, what was read, and the answers."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.webdesk.acts import Answer
from services.webdesk.report.answers import Report
from services.webdesk.store import READING_LASTS
from services.webdesk.tellings import OpenReport, ReportEnd
from shared.postgres.statements import load_statements
from shared.web.tokens import digest

_SQL = load_statements(__package__)
ASKED, SENT, APPLIED, REFUSED = "asked", "sent", "applied", "refused"
"""The states of contacts' questions and answers, beside ``told``."""
TEXT_COMES_WITHIN = timedelta(minutes=5)
"""How soon a text comes; later, it may be asked for again."""
CHECK, REPLY = "fact_check", "published"


class Shown(NamedTuple):
    """
    A report that the agency may check, or reply to, ``until`` then.

    It may do so no longer if it ``has_ended``: the report was returned, published or withdrawn.
    """

    engagement_id: str
    report_id: str
    stage: str
    version: int
    hash: str
    until: datetime
    has_ended: bool

    @property
    def about(self) -> Report:
        """The version that answers name."""
        return Report(self.engagement_id, self.report_id, self.version, self.hash)


class Reading(NamedTuple):
    """
    A browser's reading of a version; ``report`` is its content, None until it arrives.

    It ``is_late`` if it should have arrived by now.
    """

    message_id: str
    version: int
    state: str
    report: Mapping[str, Any] | None
    reasons: Sequence[Mapping[str, Any]]
    is_late: bool


class ReportAct(NamedTuple):
    """An answer of a contact: ``state`` is ``sent``, ``applied`` or ``refused``."""

    message_id: str
    version: int
    sent_at: datetime
    state: str
    reasons: Sequence[Mapping[str, Any]]


async def save_reports(connection: Any, reports: Collection[OpenReport]) -> None:
    """Note the reports that may be checked or replied to, of requests that are known here."""
    in_order = sorted(reports, key=lambda each: each.number)
    last = {(each.engagement_id, each.report_id, each.stage): each for each in in_order}
    await connection.execute(_SQL["save_reports"], *map(list, zip(*last.values(), strict=True)))


async def end_reports(connection: Any, ends: Collection[ReportEnd]) -> None:
    """End the checks of reports and the replies to them, unless they were asked for since."""
    in_order = sorted(ends, key=lambda each: each.number)
    last = {(each.engagement_id, each.report_id, each.stage): each for each in in_order}
    await connection.execute(_SQL["end_reports"], *map(list, zip(*last.values(), strict=True)))


async def read_reports(connection: Any, tracking_number: str) -> list[Shown]:
    """Return the reports of a request, those with the latest end first."""
    rows = await connection.fetch(_SQL["read_reports"], tracking_number)
    return [Shown(**row) for row in rows]


async def begin_reading(
    connection: Any, secret: str, shown: Shown, *, reference: str, message_id: str
) -> None:
    """Let the browser with *secret* be shown the answer to the question *message_id*."""
    about = (reference, shown.engagement_id, shown.report_id, shown.stage, shown.version)
    await connection.execute(_SQL["begin_reading"], digest(secret), *about, message_id)


async def read_reading(
    connection: Any, secret: str, shown: Shown, *, reference: str
) -> Reading | None:
    """Return what the browser with *secret* reads of *shown*, perhaps of an earlier version."""
    about = (reference, shown.engagement_id, shown.report_id, shown.stage)
    row = await connection.fetchrow(
        _SQL["read_reading"], digest(secret), *about, READING_LASTS, TEXT_COMES_WITHIN
    )
    if row is None:
        return None
    report = None if row["report"] is None else json.loads(row["report"])
    return Reading(**{**row, "report": report, "reasons": json.loads(row["reasons"])})


async def end_readings(connection: Any, shown: Shown, *, reference: str) -> None:
    """Erase the text of *shown* wherever the contact of *reference* reads it."""
    about = (shown.engagement_id, shown.report_id, shown.stage)
    await connection.execute(_SQL["end_readings"], reference, *about)


async def keep_texts(connection: Any, texts: Mapping[str, Mapping[str, Any]]) -> None:
    """Store the *texts* of reports, by the question that each answers, where a browser waits."""
    written = [json.dumps(each) for each in texts.values()]
    await connection.execute(_SQL["keep_texts"], list(texts), written)


async def record_answers(connection: Any, answers: Collection[Answer]) -> None:
    """Note the answers to contacts' messages, and the refusals of their questions."""
    refused = [each for each in answers if each.state == REFUSED]
    if refused:
        reasons = [json.dumps(list(each.reasons)) for each in refused]
        ids = [each.message_id for each in refused]
        await connection.execute(_SQL["refuse_readings"], ids, reasons)
    rows = [
        (
            each.message_id,
            REFUSED if each.state == REFUSED else APPLIED,
            json.dumps(list(each.reasons)),
        )
        for each in answers
    ]
    await connection.execute(_SQL["record_report_answers"], *map(list, zip(*rows, strict=True)))


async def begin_act(connection: Any, shown: Shown, *, reference: str, message_id: str) -> bool:
    """Note an answer to *shown*; return False if it was sent before."""
    about = (reference, shown.engagement_id, shown.report_id, shown.stage, shown.version)
    found = await connection.fetchval(_SQL["begin_report_act"], message_id, *about)
    return found is not None


async def read_acts(connection: Any, shown: Shown, *, reference: str) -> list[ReportAct]:
    """Return what the contact of *reference* answered to *shown*, in order."""
    about = (reference, shown.engagement_id, shown.report_id, shown.stage)
    rows = await connection.fetch(_SQL["read_report_acts"], *about)
    return [ReportAct(**{**row, "reasons": json.loads(row["reasons"])}) for row in rows]
