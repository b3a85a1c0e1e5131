"""I8: topics agree with their owners' tables, and the outboxes are empty."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from tests.proofs.checker.findings import Findings
from tests.proofs.checker.injected import Ledger
from tests.proofs.checker.log import (
    CASE_TOLD,
    CONFIDENTIAL,
    DESK_IN,
    DRAFTS,
    EVENTS,
    INTAKE,
    MAIL,
    NOTICES,
    OUT,
    RELEASES,
    REPORTING,
    ROUTING,
    TEXTS,
    WEB_DESK_IN,
    data_of,
    firsts,
    is_tracking_number,
    messages,
    number_of,
    participant_of,
    short,
)
from tests.proofs.checker.rows import is_heartbeat, json_of
from tests.proofs.checker.run import Body, Row, Run

_OWNERS = {
    INTAKE: "intake",
    ROUTING: "routing",
    NOTICES: "notifications",
    MAIL: "notifications",
    REPORTING: "reporting",
    TEXTS: "reporting",
    "cri.int.reference.v1": "intake",
    "cri.int.answers.v1": "intake",
    CONFIDENTIAL: "intake",
    DRAFTS: "intake",
    "cri.pub.programs.v1": "reporting",
    RELEASES: "reporting",
}
_OF_A_FILE = ("tracking_number", "purpose", "as_of")
"""What is kept of the answer that tells a case file."""
_TERMINAL = frozenset({"closed", "ineligible", "withdrawn"})
_COUNTED = (
    ("intake", "published", INTAKE),
    ("intake", "confided", CONFIDENTIAL),
    ("routing", "published", ROUTING),
    ("notifications", "published", NOTICES),
)


def i08_topics_agree_with_owners(run: Run) -> Findings:
    """Event counts, last facts and last states equal those in the owner's tables."""
    for record, body in firsts(run, *EVENTS):
        own = body.get("source") == f"urn:cri:continuum:{_OWNERS.get(record.topic)}"
        yield None if own else f"{record.place} was written by {body.get('source')}"
    lasts = _last_numbers(run)
    for service, column, topic in _COUNTED:
        yield from _counts(run.rows(service, "requests"), column, topic, lasts)
    foreign = _injected_numbers(run, lasts)
    for service in run.tables:
        for row in run.rows(service, "sequences"):
            last = lasts.get((row["topic"], row["subject"]), 0)
            wrong = f"{service} counts {row['last']} of {row['subject']} on {row['topic']}"
            # A service that starts takes an injected event that it has not noted for its own.
            right = row["last"] in (last, foreign.get((row["topic"], row["subject"])))
            yield None if right else f"{wrong}, there are {last}"
    yield from _intake_facts(run)
    yield from _routing_states(run)
    yield from _answers(run)
    yield from _left_to_send(run)


def _last_numbers(run: Run) -> dict[tuple[str, str], int]:
    lasts: dict[tuple[str, str], int] = {}
    for record, body in firsts(run, *EVENTS, OUT, DESK_IN, WEB_DESK_IN):
        if (number := number_of(body)) is not None:
            out = record.topic.startswith(OUT)
            subject = participant_of(record.topic) if out else str(body.get("subject"))
            place = (record.topic, subject)
            lasts[place] = max(number, lasts.get(place, 0))
    return lasts


def _injected_numbers(
    run: Run, lasts: Mapping[tuple[str, str], int]
) -> dict[tuple[str, str], int]:
    """Return the last number of each subject that only injected records have."""
    injected = {(i.topic, i.partition, i.offset) for i in (run.ledger or Ledger()).injected}
    found: dict[tuple[str, str], int] = {}
    for topic in {topic for topic, _, _ in injected}:
        for record in run.topics.get(topic, ()):
            if (topic, record.partition, record.offset) not in injected:
                continue
            body = record.body or {}
            if (number := number_of(body)) is not None:
                place = (topic, str(body.get("subject")))
                found[place] = max(number, found.get(place, 0))
    return {place: number for place, number in found.items() if place not in lasts}


def _counts(
    rows: list[Row], column: str, topic: str, lasts: Mapping[tuple[str, str], int]
) -> Iterator[str | None]:
    held = {row["tracking_number"]: row[column] for row in rows}
    published = {s: last for (t, s), last in lasts.items() if t == topic and is_tracking_number(s)}
    for number in sorted(held.keys() | published.keys()):
        same = held.get(number, 0) == published.get(number, 0)
        wrong = f"{number}: {published.get(number, 0)} events on {topic}, its owner counts"
        yield None if same else f"{wrong} {held.get(number, 0)}"


def _intake_facts(run: Run) -> Iterator[str | None]:
    facts: dict[str, Body] = {}
    ends: dict[str, Any] = {}
    needs: dict[str, Body] = {}
    for _, body in firsts(run, INTAKE):
        if short(body) in ("request_accepted", "request_amended"):
            facts[body["subject"]] = data_of(body)
    for _, body in firsts(run, ROUTING):
        if data_of(body).get("status") in _TERMINAL:
            ends[body["subject"]] = data_of(body)["status"]
    for _, body in firsts(run, CONFIDENTIAL):
        if short(body) == "need_stated":
            needs[body["subject"]] = data_of(body)
    for row in run.rows("intake", "requests"):
        number = row["tracking_number"]
        same = json_of(row["facts"]) == facts.get(number)
        yield None if same else f"{number}: its last event has other facts than intake"
        same = row["ended"] == ends.get(number)
        yield None if same else f"{number}: ended is {row['ended']} and not {ends.get(number)}"
    words = {row["tracking_number"]: json_of(row["said"]) for row in run.rows("intake", "words")}
    for number in sorted(words.keys() | needs.keys()):
        same = words.get(number) == needs.get(number)
        yield None if same else f"{number}: its need was announced in other words"


def _routing_states(run: Run) -> Iterator[str | None]:
    """
    Compare each request of routing with the last event about its state.

    A recorded state names that event itself: an earlier release, which does not know each type,
    may have restored the request without it. It must be an event of the request all the same.
    """
    last: dict[str, Body] = {}
    last_ids: dict[str, str] = {}
    ids: dict[str, set[str]] = defaultdict(set)
    for _, body in firsts(run, ROUTING):
        subject, published = body["subject"], data_of(body)
        if published.get("status") is None:
            continue
        if short(body) == "request_recorded":
            last_ids[subject] = str(published["last_event"])
        else:
            last[subject], last_ids[subject] = body, body["id"]
            ids[subject].add(body["id"])
    for row in run.rows("routing", "requests"):
        number, event = row["tracking_number"], last.get(row["tracking_number"])
        if event is None:
            yield f"{number}: routing announced nothing of it"
            continue
        published = data_of(event)
        names = ("status", "program", "lane", "participant", "request_id")
        wrong = [name for name in names if published.get(name) != row[name]]
        if row["last_event"] != last_ids[number] or row["last_event"] not in ids[number]:
            wrong.append("last_event")
        yield f"{number}: routing holds another {', '.join(wrong)}" if wrong else None


def _answers(run: Run) -> Iterator[str | None]:
    """Compare answers kept with answers given."""
    given = {body["id"]: body for _, _, body in messages(run) if body.get("inreplyto")}
    for row in run.rows("notifications", "answers"):
        body = given.get(row["message_id"])
        same = body is not None and (
            (body["inreplyto"], body["type"], body["subject"], _as_kept(body))
            == (row["inreplyto"], row["message_type"], row["subject"], _held(row))
        )
        yield None if same else f"the answer to {row['inreplyto']} is not the one kept"


def _held(row: Row) -> Body:
    """Return the data that is kept; of a case file, all parts that say anything."""
    data: Body = json_of(row["data"])
    if row["message_type"] != CASE_TOLD:
        return data
    return {name: value for name, value in data.items() if value or name in _OF_A_FILE}


def _as_kept(answer: Body) -> Body:
    data = data_of(answer)
    if answer["type"] != CASE_TOLD:
        return data
    return {name: data[name] for name in _OF_A_FILE}


def _left_to_send(run: Run) -> Iterator[str | None]:
    for service in run.tables:
        for table in ("outbox", "set_aside"):
            left = [row for row in run.rows(service, table) if not is_heartbeat(row)]
            yield f"{service}: {len(left)} rows are left in {table}" if left else None
