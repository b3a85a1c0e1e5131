"""I15 and I16: participants see only their own data; contacts and free text do not leak."""

import json
from collections import defaultdict
from collections.abc import Iterator

from tests.proofs.checker.case_files import is_open, kept_too_long
from tests.proofs.checker.eml import readable
from tests.proofs.checker.findings import Findings
from tests.proofs.checker.forgotten import forgotten_are_erased
from tests.proofs.checker.log import (
    CASE_TOLD,
    CONFIDENTIAL,
    DEAD,
    DRAFTS,
    IN,
    INTAKE,
    OUT,
    REFERENCE,
    REPORT_TOLD,
    ROUTING,
    TEXTS,
    data_of,
    events,
    firsts,
    is_tracking_number,
    messages,
    participant_of,
    short,
)
from tests.proofs.checker.published_texts import published_texts
from tests.proofs.checker.run import Body, Run

OPENED, NOTE = "gov.cri.engagement.opened.v1", "gov.cri.note.stated.v1"
CHANGED, CONTACT = "gov.cri.engagement.changed.v1", "gov.cri.contact.changed.v1"
_MAY_TELL = frozenset({OPENED, CHANGED, CONTACT, NOTE, CASE_TOLD, REPORT_TOLD})
_SHORTEST, _MOST = 10, 300
_PUBLIC = "gov.cri.solicitation.announce.v1"
"""What it says is published, its title too."""
_RETURN = "gov.cri.publication.return.v1"
"""Why a draft is returned is for its drafter; why a report is corrected is published."""
_LEAST, _READ = 10, 5_000_000_000
"""Search gigabytes of text for fewer canaries, so that each place takes seconds."""
_WORDS = ("name", "title", "email", "phone", "note", "other_topic", "text", "words")
_MAY_HOLD = frozenset({"intake", "notifications"})
_OF_DRAFTS = frozenset(
    {("reporting", "drafts"), ("reporting", "drafted_reports"), ("webdesk", "readings")}
)
"""The tables with the texts of assessments."""


def i15_nobody_sees_anothers(run: Run) -> Findings:
    """Each message, and each request that it names, concerns the participant it is sent to."""
    concerned, offices = _concerned(run)
    for participant, record, body in messages(run):
        wrong = [
            number for number in _named(body) if participant not in concerned[number] | offices
        ]
        if body.get("inreplyto") and participant_of(body["inreplyto"]) != participant:
            wrong.append(f"the answer to {body['inreplyto']}")
        if record.key is not None and record.key.decode() != participant:
            wrong.append(f"what is keyed {record.key.decode()}")
        yield f"{record.place}: {participant} is told of {', '.join(wrong)}" if wrong else None
    yield from _notes(run, offices)
    yield from _case_files(run, offices)
    yield from _reports(run, offices)
    engaged = {
        (body["subject"], data_of(body)["provider"])
        for _, body in firsts(run, ROUTING)
        if short(body) == "engagement_opened"
    }
    for participant, record, body in messages(run):
        for number in _handed_over(body):
            own = (number, participant) in engaged
            yield None if own else f"{record.place}: {participant} did not accept {number}"


def _handed_over(body: Body) -> list[str]:
    """Return the requests whose texts or contacts a message hands over."""
    if body.get("type") in (OPENED, CHANGED):
        return [body["subject"]]
    if body.get("type") == CONTACT:
        return [each.rpartition("-")[0] for each in data_of(body)["engagements"]]
    return []


def _notes(run: Run, offices: set[str]) -> Findings:
    """Look for notes that reach others than the office, the one that is helped, and drafters."""
    requesters = _requesters(run)
    drafters = {
        body["id"]: data_of(body)["participant"]
        for _, body in firsts(run, TEXTS)
        if short(body) == "return_reason_told"
    }
    for participant, record, body in messages(run):
        if body.get("type") == NOTE:
            helped = participant == requesters.get(body["subject"])
            helped = helped and data_of(body).get("answer") in (None, "accept")
            drafted = participant == drafters.get(body.get("causationid"))
            own = participant in offices or helped or drafted
            yield None if own else f"{record.place}: {participant} reads a note that is not for it"


def _requesters(run: Run) -> dict[str, str]:
    return {
        body["subject"]: data_of(body)["participant"]
        for _, body in firsts(run, INTAKE)
        if short(body) == "request_accepted"
    }


def _reports(run: Run, offices: set[str]) -> Findings:
    """Look for reports that are told to others than who made the request, and the office."""
    requesters = _requesters(run)
    for participant, record, body in messages(run):
        if body.get("type") == REPORT_TOLD:
            made = participant == requesters.get(data_of(body)["tracking_number"])
            own = made or participant in offices
            wrong = f"{record.place}: {participant} reads a report that it may not check"
            yield None if own else wrong


def _case_files(run: Run, offices: set[str]) -> Findings:
    """Look for case files that are told to others than an office."""
    for participant, record, body in messages(run):
        if body.get("type") == CASE_TOLD:
            own = participant in offices
            yield None if own else f"{record.place}: {participant} reads a case file"


def _concerned(run: Run) -> tuple[dict[str, set[str]], set[str]]:
    concerned: dict[str, set[str]] = defaultdict(set)
    for _, body in firsts(run, INTAKE):
        if short(body) == "request_accepted":
            concerned[body["subject"]].add(data_of(body)["participant"])
    for _, body in firsts(run, ROUTING):
        if short(body) in ("offer_made", "engagement_opened"):
            concerned[body["subject"]].add(data_of(body)["provider"])
    offices = {
        data_of(body)["id"]
        for _, body in firsts(run, REFERENCE)
        if short(body) == "participant_registered" and data_of(body)["kind"] == "program_office"
    }
    return concerned, offices


def _named(body: Body) -> set[str]:
    """Return the requests that a message names; a refusal only repeats its own message."""
    data = data_of(body)
    if short(body) in ("refused", "applied"):
        return set()
    named = [data.get("tracking_number"), body.get("subject")]
    named += [line.get("tracking_number") for line in data.get("requests", ())]
    return {str(number) for number in named if is_tracking_number(number)}


def i16_canaries_are_nowhere(run: Run) -> Findings:
    """Free text and contact data are only where they are allowed, and as long as they are."""
    yield from kept_too_long(run)
    yield from forgotten_are_erased(run)
    canaries = canaries_of(run)
    if canaries:
        for place, text in _places(run):
            looked_for = canaries[:: -(-len(canaries) // max(_LEAST, _READ // (len(text) + 1)))]
            found = [each for each in looked_for if any(form in text for form in _forms(each))]
            yield f"{place} holds {len(found)} of the restricted texts" if found else None


def canaries_of(run: Run) -> list[str]:
    """Return at most 300 confidential texts, evenly sampled; what was published is none."""
    found_texts: set[str] = set()
    for _, body in events(run, IN, CONFIDENTIAL, DRAFTS):
        if body.get("type") == _PUBLIC:
            continue
        found_texts |= set(_confided(data_of(body), anything=short(body) == "need_stated"))
        if body.get("type") == _RETURN and isinstance(why := data_of(body).get("why"), str):
            found_texts.add(why)
    found_texts -= published_texts(run)
    chosen = sorted(text for text in found_texts if len(text) >= _SHORTEST)
    step = max(1, -(-len(chosen) // _MOST))
    return chosen[::step]


def _confided(data: Body, *, anything: bool) -> Iterator[str]:
    """Yield the free texts of a message or an event, and the address of a subscriber."""
    need, urgency = data.get("need"), data.get("urgency")
    if isinstance(need, dict):
        yield from (text for text in need.values() if isinstance(text, str))
    if isinstance(urgency, dict) and isinstance(urgency.get("reason"), str):
        yield urgency["reason"]
    if "kinds" in data and isinstance(address := data.get("address"), str):
        yield from {address, address.strip().lower()}
    about = ("request_id", "tracking_number", "participant", "contact_id")
    for name, text in data.items():
        own = name in _WORDS if "contact_id" in data or name != "name" else False
        if isinstance(text, str) and name not in about and (own or anything):
            yield text


def _forms(text: str) -> set[str]:
    """Return *text* as it stands, and as JSON writes it."""
    return {text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}


def _places(run: Run) -> Iterator[tuple[str, str]]:
    """Yield every place where no restricted text may be, with all its text."""
    for topic, records in run.topics.items():
        if topic.startswith((IN, CONFIDENTIAL, DRAFTS, TEXTS)) or (
            topic[:8] == DEAD and "restricted" in topic
        ):
            continue
        yield (
            topic,
            "\n".join(
                (record.value or b"").decode(errors="replace")
                for record in records
                # The messages that hand them over: to whom, is looked at elsewhere.
                if not (topic.startswith(OUT) and (record.body or {}).get("type") in _MAY_TELL)
            ),
        )
    for service, tables in run.tables.items():
        for table, rows in tables.items():
            if service not in _MAY_HOLD and (service, table) not in _OF_DRAFTS:
                judged = [r for r in rows if table != "case_files" or not is_open(r, at=run.at)]
                yield f"{service}.{table}", json.dumps(judged, ensure_ascii=False)
    for name, text in run.logs.items():
        yield f"log {name}", text
    for service, text in run.metrics.items():
        yield f"metrics of {service}", text
    yield "mails", "\n".join(map(readable, (run.mails or {}).values()))
