"""I4, I5 and I7: identity, order and causes on the log."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping

from tests.proofs.checker.findings import Findings
from tests.proofs.checker.log import (
    EVENTS,
    HEARTBEAT,
    IN,
    NOTICES,
    OUT,
    REFUSED,
    RELEASES,
    REPORTING,
    data_of,
    events,
    firsts,
    is_subscription,
    is_tracking_number,
    messages,
    number_of,
    participant_of,
    short,
)
from tests.proofs.checker.run import Body, Record, Run

Known = Mapping[object, tuple[Record, Body]]
MONTHLY = "monthly_update"
"""What is told subscribers once a month: no event leads to it."""
_ENVELOPE = (
    *("specversion", "id", "source", "type", "subject", "time", "datacontenttype"),
    *("dataclassification", "correlationid", "causationid", "data"),
)


def i04_identity_and_sequence(run: Run) -> Findings:
    """Equal (source, id): equal bytes. Envelopes are whole. Numbers are 1..n without a gap."""
    values: dict[tuple[object, object], bytes | None] = {}
    for record in _written(run):
        yield _incomplete(record)
        if record.body is not None:
            identity = (record.body.get("source"), record.body.get("id"))
            same = values.setdefault(identity, record.value) == record.value
            yield None if same else f"{record.place}: {identity[1]} was there with other bytes"
    yield from _numbers(run)
    yield from _inbound_identity(run)


def _written(run: Run) -> Iterator[Record]:
    for prefix in (*EVENTS, OUT):
        yield from run.records(prefix)


def _incomplete(record: Record) -> str | None:
    if record.body is None:
        return f"{record.place} is no event"
    missing = [name for name in _ENVELOPE if record.body.get(name) is None]
    if record.body.get("type") != HEARTBEAT and number_of(record.body) is None:
        missing.append("sequence")
    return f"{record.place} has no {', '.join(missing)}" if missing else None


def _numbers(run: Run) -> Findings:
    ids: dict[tuple[str, str], dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for record, body in events(run, *EVENTS, OUT):
        if (number := number_of(body)) is not None:
            ids[_stream(record, body)][number].add(body["id"])
    for (topic, subject), numbers in sorted(ids.items()):
        missing = sorted(set(range(1, max(numbers) + 1)) - numbers.keys())
        twice = sorted(number for number, of in numbers.items() if len(of) > 1)
        wrong = [f"lacks {missing[:5]}"] if missing else []
        wrong += [f"has several events numbered {twice[:5]}"] if twice else []
        yield f"{topic}: {subject} {' and '.join(wrong)}" if wrong else None


def _stream(record: Record, body: Body) -> tuple[str, str]:
    """Return the numbered stream: a topic's subject or, on `out`, the whole topic."""
    if record.topic.startswith(OUT):
        return record.topic, participant_of(record.topic)
    return record.topic, str(body.get("subject"))


def _inbound_identity(run: Run) -> Findings:
    """Records that were not refused and share an id must have equal contents."""
    refused = {b.get("inreplyto") for _, _, b in messages(run) if b.get("type") in REFUSED}
    contents: dict[tuple[object, ...], str] = {}
    for record, body in events(run, IN):
        if record.place in refused or record.headers:
            continue
        identity = (participant_of(record.topic), body.get("source"), body.get("id"))
        content = json.dumps([body.get("type"), data_of(body)], sort_keys=True)
        same = contents.setdefault(identity, content) == content
        yield None if same else f"{record.place}: {identity[2]} has other contents than before"


def i05_first_occurrences_in_order(run: Run) -> Findings:
    """First occurrences of a stream come in the order of their numbers, in one partition."""
    last: dict[tuple[str, str], int] = {}
    partitions: dict[tuple[str, object], int] = {}
    for record, body in firsts(run, *EVENTS, OUT):
        for name in (("subject", _stream(record, body)[1]), ("key", record.key)):
            at = partitions.setdefault((record.topic, name), record.partition)
            yield None if at == record.partition else f"{record.place}: {name} was in {at} before"
        if (number := number_of(body)) is None:
            continue
        before = last.get(_stream(record, body), 0)
        last[_stream(record, body)] = number
        stream = _stream(record, body)[1]
        yield None if number == before + 1 else f"{record.place}: {stream} {before}, then {number}"


def i07_causes(run: Run) -> Findings:
    """Causes are known, earlier and lead to an inbound record; a request keeps one correlation."""
    known = {body.get("id"): (record, body) for record, body in firsts(run, *EVENTS)}
    rooted = {record.place for record in run.records(IN)}
    updates = (b for _, b in firsts(run, NOTICES) if data_of(b).get("fact_type") == MONTHLY)
    rooted |= {str(body.get("id")) for body in updates}
    releases = (found for found in firsts(run, RELEASES) if _comes_by_calendar(*found))
    rooted |= {str(body.get("id")) for _, body in releases}
    late = (b for _, b in firsts(run, REPORTING) if short(b) == "publication_late")
    rooted |= {str(body.get("causationid")) for body in late}  # the calendar
    monthly = {r["fact"] for r in run.rows("notifications", "tellings") if r["kind"] == MONTHLY}
    correlations: dict[object, object] = {}
    for record, body in firsts(run, *EVENTS, OUT):
        if body.get("type") == HEARTBEAT:
            continue
        if record.topic == NOTICES and data_of(body).get("fact_type") == MONTHLY:
            yield _wrong_update(record, body, monthly)
        else:
            yield _wrong_cause(record, body, known, rooted)
        if is_tracking_number(body.get("subject")):
            request, own = body.get("subject"), body.get("correlationid")
            same = record.topic.startswith(OUT) or correlations.setdefault(request, own) == own
            yield None if same else f"{record.place}: correlationid of {request} changed"


def _wrong_update(record: Record, body: Body, monthly: set[str]) -> str | None:
    """Look for the month's update that a notice is about: the calendar is its cause."""
    cause = body.get("causationid")
    if not is_subscription(body.get("subject")):
        return f"{record.place}: {body.get('subject')} has not subscribed to the monthly update"
    named = {cause, body.get("correlationid"), data_of(body).get("fact")}
    return None if cause in monthly and len(named) == 1 else f"{record.place}: no month's update"


def _comes_by_calendar(record: Record, body: Body) -> bool:
    """Tell a release, and the corrections that come with one: no record leads to them."""
    return record.topic == RELEASES and short(body) in ("release_published", "figure_corrected")


def _wrong_cause(record: Record, body: Body, known: Known, rooted: set[str]) -> str | None:
    """Follow the causes to an inbound record; *rooted* remembers what has been followed."""
    cause = body.get("causationid")
    if _comes_by_calendar(record, body):
        month = data_of(body).get("corrected_with", body.get("subject"))
        return None if cause == f"month/{month}" else f"{record.place}: its cause is not its month"
    if cause in known:
        before, cause_body = known[cause]
        same_place = (before.topic, before.partition) == (record.topic, record.partition)
        if same_place and before.offset >= record.offset:
            return f"{record.place}: its cause {before.place} came after it"
        source = known.get(data_of(body).get("notice"), known[cause])[1]  # what a person settles
        carried = source.get("correlationid") == body.get("correlationid")
        # A match may be caused by another request's event, which freed capacity.
        if not carried and cause_body.get("subject") == body.get("subject"):
            return f"{record.place}: correlationid is not that of its cause"
    path = [str(body.get("id"))]
    while cause not in rooted:
        if cause not in known or cause in path:
            return f"{record.place}: its cause {cause} is nowhere"
        path.append(str(cause))
        cause = known[cause][1].get("causationid")
    rooted.update(path)
    return None
