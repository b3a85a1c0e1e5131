"""I19: a participant's dead-lettered record has one answer; no valid record is dead-lettered."""

from collections import defaultdict
from collections.abc import Iterator

from tests.proofs.checker.findings import Findings
from tests.proofs.checker.log import IN, REFUSED, data_of, messages
from tests.proofs.checker.run import Row, Run

CODE = "not_processable"


def i19_set_aside_is_answered(run: Run) -> Findings:
    """
    Each record set aside at the door has exactly one answer, `not_processable`, and is kept.

    No partition is left standing. In a run that broke things around the records, none is to blame.
    """
    answers = _answers(run)
    kept = {place for place, row in _dead(run) if row.get("answered")}
    unreadable = set(_unreadable(run))
    for place, row in _dead(run):
        if not row.get("answered"):
            yield f"{place} is dead at the door and its sender was not answered"
            continue
        codes = answers.get(place, [])
        right = codes == [[CODE]]
        yield None if right else f"{place} was set aside, and its answers are {codes}"
    for place in sorted(unreadable):
        codes = answers.get(place, [])
        yield None if codes == [[CODE]] else f"{place} was unreadable, and its answers are {codes}"
    kept |= unreadable
    for place, codes in answers.items():
        if [CODE] in codes and place not in kept and place not in _discarded(run):
            yield f"{place} was answered {CODE} and is kept nowhere"
    yield from _left_standing(run)
    if run.ledger is not None:
        yield from _blamed(run, [*kept, *(p for p, codes in answers.items() if [CODE] in codes)])


def _answers(run: Run) -> dict[str, list[list[str]]]:
    """Return the codes of each refusal of a record, and of other answers nothing, by its place."""
    found: dict[str, list[list[str]]] = defaultdict(list)
    for _, _, body in messages(run):
        place = body.get("inreplyto")
        if isinstance(place, str) and body.get("type") in REFUSED:
            found[place].append([reason.get("code") for reason in data_of(body)["reasons"]])
    return found


def _dead(run: Run) -> Iterator[tuple[str, Row]]:
    for row in run.rows("intake", "dead_letters"):
        if row["topic"].startswith(IN):
            yield _place(row), row


def _unreadable(run: Run) -> Iterator[str]:
    """Yield the place of each record of a participant's batch that could not be unpacked."""
    for row in run.rows("intake", "unreadable_ranges"):
        for offset in range(row["from_offset"], row["until_offset"]):
            yield f"{row['topic']}/{row['partition']}/{offset}"


def _discarded(run: Run) -> set[str]:
    orders = run.rows("intake", "operations")
    return {_place(row) for row in orders if row.get("action") == "discard"}


def _left_standing(run: Run) -> Iterator[str | None]:
    for service in run.tables:
        standing = {
            (row["topic"], row["partition"]): row["next_offset"]
            for row in run.rows(service, "checkpoints")
        }
        for row in run.rows(service, "blocked_partitions"):
            passed = standing.get((row["topic"], row["partition"]), 0) > row["offset"]
            yield None if passed else f"{service} stands still at {_place(row)}: {row['reason']}"


def _blamed(run: Run, places: list[str]) -> Iterator[str | None]:
    """Look for what was given up in a run in which every record at the door was sound."""
    found = sorted(set(places))
    wrong = f"{len(found)} records were set aside, and none was at fault: {found[:3]}"
    yield wrong if found else None
    for service in run.tables:
        for table in ("lost_ranges", "unreadable_ranges"):
            ranges = [(row["topic"], row["from_offset"]) for row in run.rows(service, table)]
            wrong = f"{service} has {len(ranges)} in {table}, none to be blamed: {ranges[:3]}"
            yield wrong if ranges else None


def _place(row: Row) -> str:
    return f"{row['topic']}/{row['partition']}/{row['offset']}"
