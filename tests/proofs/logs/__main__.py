"""``python -m tests.proofs.logs [FOLDER…]``: run the queries of docs/logs.md on log files."""

import json
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from continuum.logs import ABOUT, Line, answer
from deploy.tools.catalog import ToolMissing
from tests.proofs.logs.logql import Query, trees
from tests.proofs.logs.questions import Question, questions

# The logs that `make alerts FAULTS=1` leaves: of the faults and of a demonstration.
_LEFT = (Path(".local/alerts/logs"), Path(".local/alerts/demo/logs"))
_NOTHING = re.compile(r"Nothing that failed|The logs say nothing")
_REQUEST = re.compile(r"\bCRI-\d{4}-\d+-[0-9A-Z]\b")
_RECORD = re.compile(r"\bcri\.in\.[a-z0-9-]+\.v1/\d+/\d+\b")
_HOUR = 1.0
_MAX_NAMES = 40


class Written(NamedTuple):
    """One line of a log file: its text, and the parsed JSON."""

    text: str
    line: Line

    @property
    def at(self) -> datetime:
        """When it was written."""
        return datetime.fromisoformat(self.line["timestamp"])


class Asked(NamedTuple):
    """What ``continuum logs`` is asked about, and its name in the query."""

    about: str | None
    in_query: str


def main(folders: Sequence[Path]) -> int:
    """Ask every question of the logs in each folder; return 1 if any answer differs."""
    asked: dict[str, int] = {}
    wrong: dict[str, list[str]] = {}
    for folder in folders:
        lines = _read(folder)
        for question in questions():
            number, problems = _compare(question, lines)
            asked[question.name] = asked.get(question.name, 0) + number
            wrong.setdefault(question.name, []).extend(problems)
    for name, problems in wrong.items():
        print(f"logs: {name}: asked {asked[name]} times, {len(problems)} answers differ")
        for problem in problems[:5]:
            print(f"logs:   {problem}")
    alike = [name for name, problems in wrong.items() if asked[name] and not problems]
    print(f"logs: {len(wrong)} questions, {len(alike)} answered as `continuum logs` does")
    return 0 if wrong and len(alike) == len(wrong) else 1


def _read(folder: Path) -> list[Written]:
    """Return the lines of the services' files, ordered by time."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        sys.exit(f"logs: there are no log files in {folder}; `make alerts FAULTS=1` leaves some.")
    found = []
    for text in (text for file in files for text in file.read_text().splitlines()):
        try:
            line = json.loads(text)
        except ValueError:
            continue  # the last line of a process that was killed
        if "event_name" in line:
            found.append(Written(text, line))
    return sorted(found, key=lambda each: str(each.line["timestamp"]))


def _compare(question: Question, lines: Sequence[Written]) -> tuple[int, list[str]]:
    """Return how often there was an answer, and where the query returns another one."""
    now = lines[-1].at
    number, problems = 0, []
    every = [*_asked(question, lines)]
    made = trees([question.about(each.in_query) for each in every])
    for each, tree in zip(every, made, strict=True):
        query = Query(tree)
        since = now - timedelta(hours=_HOUR) if question.within_an_hour else None
        found = [
            (one, given)
            for one in lines
            if since is None or one.at >= since
            if (given := query.answer({"job": one.line["service.name"]}, one.text)) is not None
        ]
        expected = _answer(question, each, lines, now=now)
        number += bool(expected) or (question.name == "parked" and bool(found))
        problems += [f"{each.about}: {what}" for what in _problems(question, each, lines, found)]
    return number, problems


def _problems(
    question: Question,
    asked: Asked,
    lines: Sequence[Written],
    found: Sequence[tuple[Written, str]],
) -> Iterator[str]:
    """Yield what is missing from the lines that the query found, and which are superfluous."""
    now, those = lines[-1].at, [one for one, _ in found]
    expected = _answer(question, asked, lines, now=now)
    if (by_found := _answer(question, asked, those, now=now)) != expected:
        yield f"an answer of {len(by_found)} lines instead of {len(expected)}"
    if question.name == "parked":  # compared after each line: at the end nothing may be parked
        for place, one in enumerate(those, 1):
            until = [each for each in lines if each.at <= one.at]
            if _answer(question, asked, those[:place], now=now) != _answer(
                question, asked, until, now=now
            ):
                yield f"another answer at {one.line['timestamp']}"
        return
    for one in those:
        if not _answer(question, asked, [one], now=now):
            yield f"found, but not part of the answer: {one.text[:200]}"
    if question.name == "version":
        versions = {" ".join(line.split()[:2]) for line in expected}
        if (given := {text for _, text in found}) != versions:
            yield f"{sorted(given)} instead of {sorted(versions)}"


def _answer(
    question: Question, asked: Asked, lines: Sequence[Written], *, now: datetime
) -> list[str]:
    """Return the answer of ``continuum logs`` from these lines; empty if there is none."""
    read = [each.line for each in lines if asked.about is None or asked.about in each.text]
    if not read:
        return []
    answered = answer(read, question.name, asked.about, hours=_HOUR, now=now)
    return [] if _NOTHING.match(answered[0]) else answered


def _asked(question: Question, lines: Sequence[Written]) -> Iterator[Asked]:
    """Yield a few dozen names of each kind that the question can be asked about."""
    messages = [
        message
        for each in lines
        if each.line["event_name"] == "messages.sent"
        for message in each.line["messages"]
    ]
    refused = [message for message in messages if " because " in message]
    requests, records = _found(_REQUEST, messages), _found(_RECORD, messages)
    senders = _selected({record.split(".")[2] for record in records})
    if question.name == "parked":
        yield Asked(None, "")
    elif question.name == "sent":
        yield from (Asked(sender, sender) for sender in senders)
    elif question.name in ABOUT:
        yield from (Asked(number, number) for number in requests)
    else:
        for which in (_REQUEST, _RECORD):
            yield from (Asked(found, found) for found in _found(which, refused))
        yield from (Asked(found, found) for found in [*requests, *records])
        yield from (Asked(sender, f"cri.in.{sender}.v1/") for sender in senders)


def _found(which: "re.Pattern[str]", messages: Iterable[str]) -> list[str]:
    return _selected({found for message in messages for found in which.findall(message)})


def _selected(names: Collection[str]) -> list[str]:
    """Return an evenly spaced selection of *names*, sorted."""
    return sorted(names)[:: max(1, len(names) // _MAX_NAMES)]


if __name__ == "__main__":
    try:
        sys.exit(main([Path(each) for each in sys.argv[1:]] or _LEFT))
    except ToolMissing as error:
        sys.exit(f"logs: {error}")
