"""I11 and I14: every record read has one outcome, and no rows are left over."""

from collections import Counter
from collections.abc import Iterator

from tests.proofs.checker.findings import Findings
from tests.proofs.checker.log import (
    ANSWERS,
    CONFIDENTIAL,
    DESK,
    DRAFTS,
    EVENTS,
    IN,
    INTAKE,
    MAIL,
    NOTICES,
    OUT,
    REFERENCE,
    RELEASES,
    REPORTING,
    ROUTING,
    TEXTS,
    WEB_DESK,
    firsts,
    short,
)
from tests.proofs.checker.rows import is_heartbeat
from tests.proofs.checker.run import Row, Run

OUTCOMES = ("applied", "duplicate", "ignored", "held", "refused", "parked", "dead")
READS = {
    "intake": (IN, ROUTING),
    "routing": (INTAKE, REFERENCE, MAIL),
    "notifications": (
        INTAKE,
        ROUTING,
        REFERENCE,
        ANSWERS,
        CONFIDENTIAL,
        MAIL,
        RELEASES,
        REPORTING,
        TEXTS,
    ),
    "reporting": (INTAKE, ROUTING, REFERENCE, DRAFTS),
    "desk": (INTAKE, ROUTING, REFERENCE, NOTICES, MAIL, REPORTING, f"{OUT}{DESK}."),
    "webdesk": (f"{OUT}{WEB_DESK}.",),
}
_LEFT = {
    "outbox": "to be sent",
    "held": "held",
    "waiting_repeats": "repeats that wait for an answer",
    "capacity_changes": "changes of capacity",
}


def i11_conservation(run: Run) -> Findings:
    """Records below a checkpoint equal the sum of its outcomes; no topic was skipped."""
    counted = _repeats(run)
    for service in run.tables:
        rows = {(row["topic"], row["partition"]): row for row in run.rows(service, "checkpoints")}
        for topic, number, begin, end in _partitions(run, service):
            row = rows.pop((topic, number), None)
            if row is None:
                yield f"{service} never read {topic}/{number}" if end > begin else None
            else:
                below = _below(run, row) + _deleted(run, service, row)
                yield from _conserved(service, row, counted, below, (begin, end))
        for topic, number in rows:
            yield f"{service} has a checkpoint of {topic}/{number}, which it does not read"
    yield from _refusals(run)


def _partitions(run: Run, service: str) -> Iterator[tuple[str, int, int, int]]:
    for topic, partitions in run.ends.items():
        if topic.startswith(READS.get(service, ())):
            for number, (begin, end) in partitions.items():
                yield topic, int(number), begin, end


def _below(run: Run, row: Row) -> int:
    return sum(
        record.partition == row["partition"]
        and row["first_offset"] <= record.offset < row["next_offset"]
        for record in run.topics.get(row["topic"], ())
    )


def _deleted(run: Run, service: str, row: Row) -> int:
    """Return how many records of a partition were deleted before they were read."""
    place = row["topic"], row["partition"]
    lost = {
        offset
        for each in run.rows(service, "lost_ranges")
        if (each["topic"], each["partition"]) == place
        for offset in range(each["from_offset"], each["until_offset"])
    }
    if lost:  # one that could not be unpacked may be there still
        lost -= {r.offset for r in run.topics.get(row["topic"], ()) if r.partition == place[1]}
    return len(lost)


def _conserved(
    service: str,
    row: Row,
    repeats: Counter[tuple[str, int]],
    below: int,
    ends: tuple[int, int],
) -> Iterator[str | None]:
    name = f"{service}: {row['topic']}/{row['partition']}"
    # What was lost is answered, and has an outcome, or is counted as lost.
    counted = sum(row[outcome] for outcome in OUTCOMES) + row.get("lost", 0)
    yield None if counted == below else f"{name}: {below} records, {counted} accounted for"
    lies = ends[0] <= row["next_offset"] <= ends[1]
    yield None if lies else f"{name}: the checkpoint {row['next_offset']} is outside {ends}"
    most = repeats[row["topic"], row["partition"]]
    fits = row["duplicate"] <= most or row["topic"].startswith(IN)
    yield None if fits else f"{name}: {row['duplicate']} counted as repeats, {most} are"


def _repeats(run: Run) -> Counter[tuple[str, int]]:
    """Count each partition's repeated events, and the injected records passed over."""
    found: Counter[tuple[str, int]] = Counter()
    seen: set[tuple[str, object]] = set()
    for prefix in EVENTS:
        for record in run.records(prefix):
            identity = (record.topic, (record.body or {}).get("id"))
            found[record.topic, record.partition] += identity in seen
            seen.add(identity)
    for entry in run.ledger.injected if run.ledger is not None else ():
        found[entry.topic, entry.partition] += "passed" in entry.outcomes.values()
    return found


def _refusals(run: Run) -> Iterator[str | None]:
    """Compare what intake counts as refused with its refusals."""
    refused: Counter[str] = Counter()
    for _, body in firsts(run, ANSWERS):
        if short(body) == "submission_refused":
            refused[str(body["causationid"]).split("/", 1)[0]] += 1
    answered = Counter(
        row["topic"] for row in run.rows("intake", "dead_letters") if row.get("answered")
    )
    for row in run.rows("intake", "checkpoints"):
        if row["topic"].startswith(IN):
            published = refused[row["topic"]]
            counted = row["refused"] + answered[row["topic"]]
            wrong = f"intake counts {counted} refused of {row['topic']}, it refused {published}"
            yield None if counted == published else wrong


def i14_nothing_left_over(run: Run) -> Findings:
    """At the end everything is read, sent and released."""
    for service in run.tables:
        at = {
            (row["topic"], row["partition"]): row["next_offset"]
            for row in run.rows(service, "checkpoints")
        }
        for topic, number, begin, end in _partitions(run, service):
            lag = end - at.get((topic, number), begin)
            yield f"{service}: {lag} records of {topic}/{number} are not read" if lag > 0 else None
        for table, what in _LEFT.items():
            left = [row for row in run.rows(service, table) if not is_heartbeat(row)]
            yield f"{service}: {len(left)} {what} are left" if left else None
