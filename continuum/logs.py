"""Answers questions from the services' log files, for when no database is available."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from continuum.access import NotPossible
from continuum.log_problems import problems
from shared.contracts.tracking import is_tracking_number

Line = Mapping[str, Any]
QUESTIONS = {
    "where": "events about a request, in order; the last line is where it is",
    "refused": "refusals, with reasons, of a request, a record or a participant",
    "told": "messages sent to participants about a request",
    "parked": "failed records that still wait for a person",
    "sent": "records that a participant sent lately, with their outcomes",
    "version": "versions of the services that published about a request",
    "problems": "recent warnings and errors, of all services or of one, the latest last",
}
ABOUT = ("where", "told", "version")
"""Questions about a request."""


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that a service sent to Kafka, from its log event ``messages.sent``."""

    at: datetime
    service: str
    version: str
    topic: str
    type: str
    subject: str | None
    answers: str | None
    because: str | None

    @property
    def line(self) -> str:
        """The message in one line."""
        because = f"  because {self.because.replace(',', ', ')}" if self.because else ""
        about = f"  {self.subject}" if self.subject else ""
        answers = f"  for {self.answers}" if self.answers else ""
        name = self.type.rpartition(".")[0]
        where = f"{self.service} -> {self.topic}"
        return f"{_moment(self.at)}  {where}  {name}{about}{answers}{because}"


def read(connection: Path) -> list[Line]:
    """Return every line of the services' logs, in order of time."""
    try:
        folder = Path(json.loads(connection.read_text(encoding="utf-8"))["log_folder"])
        files = sorted(folder.glob("*.jsonl"))
        lines = [line for file in files for line in _lines(file)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotPossible(
            f"{connection} leads to no logs ({type(error).__name__}: {error})."
            " Start the stack with `make up`, or name the file with --connection FILE."
        ) from error
    return sorted(lines, key=lambda line: str(line["timestamp"]))


def _lines(file: Path) -> Iterator[Line]:
    for text in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue  # a killed process's last line, or output of Python itself
        if isinstance(line, dict) and "event_name" in line:
            yield line


def answer(
    lines: Sequence[Line], question: str, about: str | None, *, hours: float, now: datetime
) -> list[str]:
    """Return the answer to one of `QUESTIONS`, as lines; *about* is what the question concerns."""
    if question == "parked":
        return _parked(lines) or ["Nothing that failed still waits."]
    if question == "problems":
        since = now - timedelta(hours=hours)
        return problems(lines, about, since=since) or ["No service has logged a problem recently."]
    if about is None:
        raise NotPossible(f"name what it is about: continuum logs {question} …")
    if question in ABOUT and not is_tracking_number(about):
        raise NotPossible(f"{about!r} is no tracking number: they look like CRI-2026-000042-K.")
    sent = [*_sent_messages(lines)]
    if question == "version":
        versions = {(one.service, one.version): one.at for one in sent if one.subject == about}
        found = [f"{service} {version}  last {_moment(at)}"
                 for (service, version), at in sorted(versions.items())]  # fmt: skip
    else:
        since = now - timedelta(hours=hours)
        found = [one.line for one in sent if _answers(question, one, about, since)]
    return found or [f"The logs say nothing of that about {about}."]


def _answers(question: str, one: SentMessage, about: str, since: datetime) -> bool:
    if question == "where":
        return one.subject == about and not one.topic.startswith("cri.out.")
    if question == "told":
        return one.subject == about and one.topic.startswith("cri.out.")
    sender = f"cri.in.{about}.v1/"
    concerned = one.answers is not None and (
        one.answers == about or one.answers.startswith(sender)
    )
    if question == "refused":
        return bool(one.because) and (one.subject == about or concerned)
    return concerned and one.at >= since and not one.topic.startswith("cri.out.")


def _sent_messages(lines: Iterable[Line]) -> Iterator[SentMessage]:
    for line in lines:
        if line["event_name"] == "messages.sent":
            for message in line["messages"]:
                topic, kind, *rest = message.split(" ")
                named = {"for": None, "because": None}
                subject = rest.pop(0) if rest and rest[0] not in named else None
                more = {**named, **dict(zip(rest[::2], rest[1::2], strict=True))}
                yield SentMessage(
                    at=datetime.fromisoformat(line["timestamp"]),
                    service=line["service.name"],
                    version=line["service.version"],
                    topic=topic,
                    type=kind,
                    subject=subject,
                    answers=more["for"],
                    because=more["because"],
                )


def _parked(lines: Iterable[Line]) -> list[str]:
    """Return the failed records that were neither released nor discarded since, as lines."""
    waiting: dict[tuple[str, str], str] = {}
    for line in lines:
        service, name = line["service.name"], line["event_name"]
        since = _moment(datetime.fromisoformat(line["timestamp"]))
        if name == "decision.failed":
            about = f"  {line['tracking_number']}" if "tracking_number" in line else ""
            cause = f"{line['error.type']} at {line['where']}"
            waiting[service, _place(line)] = f"{since}  {service}  {_place(line)}{about}  {cause}"
        elif name == "records.dead_lettered":
            for place in line["records"]:
                waiting[service, place] = f"{since}  {service}  {place}  refused by postgres"
        elif name == "order.carried_out" and line["outcome"] in ("released", "discarded"):
            waiting.pop((service, _place(line)), None)
    return list(waiting.values())


def _place(line: Line) -> str:
    return f"{line['topic']}/{line['partition']}/{line['offset']}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
