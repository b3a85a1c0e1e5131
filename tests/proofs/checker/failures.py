"""I12 and I13: failed records are kept unchanged, and later ones of their key wait."""

from collections import defaultdict

from tests.proofs.checker.findings import Findings
from tests.proofs.checker.log import DEAD, EVENTS, OUT, firsts
from tests.proofs.checker.rows import bytes_of
from tests.proofs.checker.run import Record, Run


def i12_dead_letters_are_byte_equal(run: Run) -> Findings:
    """A dead letter is its source record with headers added, and each is counted."""
    letters: dict[str, set[str]] = defaultdict(set)
    source = {r.place: r for topic, rs in run.topics.items() if topic[:8] != DEAD for r in rs}
    for record in run.records(DEAD):
        place = _place_of(record)
        letters[record.topic.split(".")[2]].add(place)
        original = source.get(place)
        if original is None:
            yield f"{record.place}: there is no record {place}"
            continue
        count = len(original.headers)
        same = (record.key, record.value) == (original.key, original.value)
        same = same and record.headers[:count] == original.headers
        yield None if same else f"{record.place} is not what stands at {place}"
    for service in run.tables:
        yield from _counted(run, service, len(letters[service]))
        for row in run.rows(service, "dead_letters"):
            place = f"{row['topic']}/{row['partition']}/{row['offset']}"
            original = source.get(place)
            same = original is not None and (
                (original.key or b"", original.value or b"")
                == (bytes_of(row["key"]), bytes_of(row["value"]))
            )
            yield None if same else f"{service} holds {place} otherwise than it stands there"


def _counted(run: Run, service: str, letters: int) -> Findings:
    """Compare dead letters with counters; one that failed on release was counted before."""
    rows = run.rows(service, "checkpoints")
    dead = sum(row["dead"] for row in rows)
    released = sum(row["held"] + row["parked"] for row in rows)
    if dead or letters:
        wrong = f"{service} counts {dead} dead letters, there are {letters}"
        yield None if dead <= letters <= dead + released else wrong


def _place_of(letter: Record) -> str:
    added = dict(letter.headers)  # its own headers may hold any bytes
    names = ("dlq.topic", "dlq.partition", "dlq.offset")
    return "/".join((added.get(name) or b"?").decode() for name in names)


def i13_parked_keys_rest(run: Run) -> Findings:
    """No record of a parked key was processed: no effects, and its gate has not moved."""
    for service in run.tables:
        causes: dict[object, list[str]] = defaultdict(list)
        for record, body in firsts(run, *EVENTS, OUT):
            if body.get("source") == f"urn:cri:continuum:{service}":
                causes[body.get("causationid")].append(record.place)
        waiting = [
            (row["topic"], row["partition"], row["offset"], row.get("parking_key", row.get("key")))
            for table in ("parked_keys", "parked")
            for row in run.rows(service, table)
        ]
        gates = {(g["topic"], g["subject"]): g["last"] for g in run.rows(service, "gates")}
        there = {r.place: r for place in waiting for r in run.topics.get(place[0], ())}
        for topic, partition, offset, key in waiting:
            found = there.get(f"{topic}/{partition}/{offset}")
            body = (found and found.body) or {}
            effects = causes[body.get("id")] + causes[f"{topic}/{partition}/{offset}"]
            passed = gates.get((topic, str(key)), 0) >= int(body.get("sequence") or 1 << 62)
            wrong = f"{service}: {topic}/{partition}/{offset} of the parked {key} was taken in"
            yield wrong if effects or passed else None
