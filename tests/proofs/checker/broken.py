"""I18: injected faults had their expected outcomes, and no other record failed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.proofs.checker.delivery import READS
from tests.proofs.checker.findings import Findings
from tests.proofs.checker.injected import Injected, Swapped, digest
from tests.proofs.checker.log import CONFIDENTIAL, DEAD, DRAFTS, EVENTS, OUT, TEXTS, firsts
from tests.proofs.checker.run import Record, Row, Run

_WAITING = ("dead_letters", "parked", "held")


def i18_broken_on_purpose(run: Run) -> Findings:
    """Each injected record has its expected outcome; no other record is dead or parked."""
    if run.ledger is None:
        return
    kept = _Kept.of(run)
    causes = {body.get("causationid") for _, body in firsts(run, *EVENTS, OUT)}
    ids = {body.get("id") for _, body in firsts(run, *EVENTS)}
    strangers = causes - ids - {None}
    for entry in run.ledger.injected:
        record = kept.records.get(entry.place)
        if record is None or digest(record.value) != entry.sha256:
            yield f"{entry.place} is not what was injected there"
            continue
        readers = {s for s in run.tables if entry.topic.startswith(READS.get(s, ()))}
        known = readers == entry.outcomes.keys()
        yield None if known else f"{entry.place}: the ledger names {sorted(entry.outcomes)}"
        for service, outcome in entry.outcomes.items():
            yield from _check(kept, entry, service, outcome)
        own = (record.body or {}).get("id")
        led = entry.place in causes or (own in strangers)
        yield f"{entry.place} was injected and led to an event" if led else None
    for swap in run.ledger.swapped:
        yield _is_swapped(run, swap)
    yield from _nothing_else(run, kept)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Dead, parked and held records by service and place, and the gates."""

    records: Mapping[str, Record]
    places: Mapping[tuple[str, str], set[str]]
    letters: Mapping[tuple[str, str], dict[str, bytes | None]]
    """The headers of dead letters, by topic and place of what failed."""
    gates: Mapping[tuple[str, str, str], int]
    gated: set[tuple[str, str]]

    @classmethod
    def of(cls, run: Run) -> "_Kept":
        gates = {
            (service, row["topic"], row["subject"]): row["last"]
            for service in run.tables
            for row in run.rows(service, "gates")
        }
        letters = [(r.topic, dict(r.headers)) for r in run.records(DEAD)]
        return cls(
            {r.place: r for records in run.topics.values() for r in records},
            {
                (service, table): {_place(row) for row in run.rows(service, table)}
                for service in run.tables
                for table in _WAITING
            },
            {(topic, _place_of(headers)): headers for topic, headers in letters},
            gates,
            {(service, topic) for service, topic, _ in gates},
        )


def _check(kept: _Kept, entry: Injected, service: str, outcome: str) -> Iterator[str | None]:
    found = {table for table in _WAITING if entry.place in kept.places[service, table]}
    right = {"dead": {"dead_letters"}, "parked": {"parked"}, "passed": set()}[outcome]
    where = f"{service}: {entry.place}, injected to be {outcome},"
    yield None if found == right else f"{where} is in {', '.join(sorted(found)) or 'no table'}"
    restricted = ".restricted" if entry.topic in (CONFIDENTIAL, DRAFTS, TEXTS) else ""
    letters = {
        topic: headers
        for (topic, place), headers in kept.letters.items()
        if place == entry.place and topic.startswith(f"{DEAD}{service}.")
    }
    wanted = {f"{DEAD}{service}{restricted}.v1"} if outcome == "dead" else set()
    yield None if letters.keys() == wanted else f"{where} has dead letters on {sorted(letters)}"
    for headers in letters.values():
        reason = (headers.get("dlq.reason") or b"").decode()
        yield None if reason == entry.reason else f"{where} is dead because {reason}"
    if outcome == "passed" and entry.subject and (service, entry.topic) in kept.gated:
        last = kept.gates.get((service, entry.topic, entry.subject), 0)
        yield None if last >= entry.number else f"{where} left the gate at {last}"


def _is_swapped(run: Run, swap: Swapped) -> str | None:
    places: dict[object, int] = {}
    for place, record in enumerate(run.topics[swap.topic]):
        places.setdefault((record.body or {}).get("id"), place)
    if swap.earlier not in places or swap.later not in places:
        return f"{swap.topic}: an event of {swap.subject} that was swapped is not there"
    came = places[swap.later] < places[swap.earlier]
    return None if came else f"{swap.topic}: the events of {swap.subject} were not swapped"


def _nothing_else(run: Run, kept: _Kept) -> Iterator[str | None]:
    """Compare all dead and parked records, and their counters, with the expected ones."""
    assert run.ledger is not None
    expected: Counter[tuple[str, str, int, str]] = Counter()
    places: dict[tuple[str, str], set[str]] = {}
    for entry in run.ledger.injected:
        for service, outcome in entry.outcomes.items():
            expected[service, entry.topic, entry.partition, outcome] += 1
            places.setdefault((service, outcome), set()).add(entry.place)
    for service in run.tables:
        for table, outcome in (("dead_letters", "dead"), ("parked", "parked")):
            more = kept.places[service, table] - places.get((service, outcome), set())
            wrong = (
                f"{service} has {len(more)} in {table} that nobody injected: {sorted(more)[:3]}"
            )
            yield wrong if more else None
        for row in run.rows(service, "checkpoints"):
            for outcome in ("dead", "parked"):
                right = expected[service, row["topic"], row["partition"], outcome]
                where = f"{service} counts {row[outcome]} {outcome} of {row['topic']}"
                wrong = f"{where}/{row['partition']}, {right} were injected"
                yield None if row[outcome] == right else wrong


def _place(row: Row) -> str:
    return f"{row['topic']}/{row['partition']}/{row['offset']}"


def _place_of(headers: Mapping[str, bytes | None]) -> str:
    names = ("dlq.topic", "dlq.partition", "dlq.offset")
    return "/".join((headers.get(name) or b"?").decode() for name in names)
