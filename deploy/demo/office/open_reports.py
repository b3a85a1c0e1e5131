"""What the office has to do about assessments in public, by the log. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deploy.demo.office.opened import Opened

Event = Mapping[str, Any]
_DECIDED = "gov.cri.reporting."
_NEXT_STEPS: Mapping[str, str] = {
    "publication_approve_directed": "report",
    "publication_return_directed": "report",
    "report_withdraw_directed": "report",
    "fact_check_answered": "report",
    "correction_approve_directed": "correction",
    "status_verification_directed": "status",
}
"""Message → the item that no longer waits when it is applied."""


@dataclass(slots=True)
class OpenReports:
    """The items about reports, dates and statuses that the log has opened so far."""

    _messages: dict[str, Event] = field(default_factory=dict)
    _decided: "defaultdict[str, list[Event]]" = field(default_factory=lambda: defaultdict(list))

    def take(self, event: Event) -> None:
        """Take in a message that intake has passed on, or what reporting has decided about it."""
        if event["type"].startswith(_DECIDED):
            self._decided[event["subject"]].append(event)
        elif "engagement_id" in event["data"]:
            self._messages[event["id"]] = event

    def opened(self) -> list[Opened]:
        """Return every item so far; decisions about messages that were not read are left out."""
        found: list[Opened] = []
        for engagement, decided in self._decided.items():
            found += self._of_site(engagement.rpartition("-")[0], decided)
        return found

    def _of_site(self, number: str, decided: list[Event]) -> list[Opened]:
        found: list[Opened] = []
        waiting: dict[tuple[str, str], Opened] = {}

        def begin(what: str, name: str, kind: str, at: datetime) -> None:
            end(what, name, at)
            waiting[what, name] = Opened(kind, number, at)
            found.append(waiting[what, name])

        def end(what: str, name: str, at: datetime) -> None:
            if (there := waiting.pop((what, name), None)) is not None:
                there.until = at

        kinds: dict[str, str] = {}
        for each in sorted(decided, key=lambda each: int(each["sequence"])):
            kind, data = each["type"].split(".")[3], each["data"]
            at = datetime.fromisoformat(each["time"])
            if kind == "fact_check_asked":
                due_at = datetime.fromisoformat(data["due_at"])
                begin("report", data["report_id"], "report_to_approve", due_at)
            elif kind == "publication_late":
                name = f"{data['kind']} {data['due_on']}"
                begin("late", name, "late_publication", at)
            message = self._messages.get(each["causationid"])
            if kind != "message_applied" or message is None:
                continue
            said, facts = message["type"].split(".")[3], message["data"]
            if said == "report_drafted":
                kinds[facts["report_id"]] = facts["kind"]
            elif said == "status_proposed":
                begin("status", facts["recommendation"], "status_to_verify", at)
            elif said == "report_correct_directed":
                name = f"{facts['report_id']} {facts['correction']}"
                begin("correction", name, "correction_to_approve", at)
            elif said == "publication_reschedule_directed":
                end("late", f"{facts['kind']} {facts['due_on']}", at)
            elif (what := _NEXT_STEPS.get(said)) is not None:
                name = facts.get("recommendation") or facts["report_id"]
                end(what, f"{name} {facts['correction']}" if what == "correction" else name, at)
                if said == "fact_check_answered":
                    begin("report", name, "report_to_approve", at)
                elif said == "publication_approve_directed":
                    of_kind = f"{kinds.get(name, '')} "
                    late = sorted(each for of, each in waiting if each.startswith(of_kind))
                    for first in late[:1]:  # it is the earliest that was awaited
                        end("late", first, at)
        return found
