"""Visits of the contact of a request to a report that it may check, or reply to."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.webdesk import reports
from services.webdesk.reports import CHECK, REPLY, Reading, ReportAct, Shown
from services.webdesk.saying import say
from services.webdesk.site.case_visits import CaseVisit
from services.webdesk.site.status_pages import STATUS

REPORTS = f"{STATUS}/reports"
PATH = f"{REPORTS}/{{engagement}}/{{report}}/{{stage}}"
COOKIE = "__Host-report"
ANSWER_SECONDS = 3.0
_LOOK_SECONDS = 0.1
_MAX_SECRET = 100
_TITLES = {CHECK: "Check a draft report", REPLY: "Reply to a published report"}


@dataclass(frozen=True, slots=True)
class Opened:
    """A report of the request that a browser has opened, and what was answered to it."""

    visit: CaseVisit
    shown: Shown
    acts: Sequence[ReportAct]

    @property
    def here(self) -> str:
        """The address of its page."""
        shown = self.shown
        return f"{REPORTS}/{shown.engagement_id}/{shown.report_id}/{shown.stage}"

    @property
    def is_over(self) -> bool:
        """Whether the time to answer has passed."""
        return self.visit.site.business_time() > self.shown.until

    @property
    def is_open(self) -> bool:
        """Whether the contact may still answer, as far as is known here."""
        if self.shown.has_ended:
            return False
        if self.shown.stage != CHECK:
            return not self.is_over
        version = self.shown.version
        return all(act.state == reports.REFUSED or act.version != version for act in self.acts)

    @property
    def secret(self) -> str:
        """What the browser holds of its reading."""
        return self.visit.request.cookies.get(COOKIE, "")[:_MAX_SECRET]

    async def reading(self) -> Reading | None:
        """Return what this browser reads; None if it needs a code."""
        found = await self._last_reading()
        return None if found is None or found.version != self.shown.version else found

    async def is_newer(self) -> bool:
        """Tell whether this browser reads an earlier version than the one that is shown."""
        found = await self._last_reading()
        return found is not None and found.version < self.shown.version

    async def _last_reading(self) -> Reading | None:
        if not self.secret or not self.is_open:
            return None
        return await reports.read_reading(
            self.visit.connection, self.secret, self.shown, reference=self.visit.case.reference
        )

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return the page of *template*."""
        about = {
            "title": _TITLES[self.shown.stage],
            "shown": self.shown,
            "here": self.here,
            "acts": self.acts,
            "is_over": self.is_over,
            "is_open": self.is_open,
        }
        return self.visit.page(template, status=status, **about, **values)

    async def say(self, data: BaseModel, message_id: str) -> None:
        """Put *data* into the outbox as the contact's message with this id."""
        site, subject = self.visit.site, self.visit.case.reference
        await say(
            self.visit.connection,
            [data],
            subject=subject,
            at=site.business_time(),
            message_id=message_id,
        )
        self.visit.wakes = True

    async def wait_for_text(self, secret: str) -> None:
        """Wait a moment until the text is told or refused; the page says the rest."""

        async def is_answered(connection: Any) -> bool:
            found = await reports.read_reading(
                connection, secret, self.shown, reference=self.visit.case.reference
            )
            return found is not None and found.state != reports.ASKED

        await self._wait(is_answered)

    async def wait_for_answer(self, message_id: str) -> None:
        """Wait a moment until what was sent is applied or refused; the page says the rest."""

        async def is_answered(connection: Any) -> bool:
            reference = self.visit.case.reference
            acts = await reports.read_acts(connection, self.shown, reference=reference)
            return any(a.message_id == message_id and a.state != reports.SENT for a in acts)

        await self._wait(is_answered)

    async def _wait(self, is_answered: Any) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + ANSWER_SECONDS
        with suppress(HTTPException):  # it is sent, even if the database is away now
            while loop.time() < until:
                await asyncio.sleep(_LOOK_SECONDS)
                async with self.visit.site.connected(self.visit.request) as connection:
                    if await is_answered(connection):
                        return


async def opened(visit: CaseVisit) -> Opened:
    """Return the report of the address; raise 404 if the request has no such report."""
    if visit.site.codes is None:
        raise HTTPException(404)
    params = visit.request.path_params
    named = (params["engagement"], params["report"], params["stage"])
    for shown in await reports.read_reports(visit.connection, visit.case.tracking_number):
        if (shown.engagement_id, shown.report_id, shown.stage) == named:
            reference = visit.case.reference
            acts = await reports.read_acts(visit.connection, shown, reference=reference)
            return Opened(visit, shown, acts)
    raise HTTPException(404)
