"""Every kind of input that intake must refuse (or answer as a repeat), with the expected code."""

import json
import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from deploy.participants.client import envelope
from deploy.participants.sample import PlannedRequest, message_id

REPEATED = "repeated"
_MIB = 1_048_576


@dataclass(frozen=True, slots=True)
class BadRecord:
    """
    A record, its sender, and the codes of which one must be among the reasons.

    ``submission``: counts as a ``request.submit``. ``after``: sent after all valid requests of
    the participant, because it reuses one of them.
    """

    kind: str
    participant: str
    value: bytes | None
    codes: frozenset[str]
    headers: tuple[tuple[str, bytes], ...] = ()
    submission: bool = True
    after: bool = False


def source_of(participant: str) -> str:
    """Return the CloudEvents source of a participant's system."""
    return f"urn:cri:{participant}:case-system"


def bad_records(planned_requests: Sequence[PlannedRequest], *, today: date) -> list[BadRecord]:
    """Return at least one record of every kind, spread over the participants."""
    template = next(
        w
        for w in planned_requests
        if w.ends == "closed" and w.data["agency"].get("ori", "")[:2] == "CA"
    )
    return [*_unreadable(template), *_malformed(template), *_refused(template, today=today),
            *_reused(planned_requests), *_from_others(template)]  # fmt: skip


def garbage(seed: int, participant: str, number: int) -> list[bytes]:
    """Return what a broken system might write: random bytes and fragments of JSON."""
    chance = random.Random(f"{seed}/{participant}")
    pieces = (b'{"data":', b"[", b"}", b'"\xff', b"null", b"1e999", b'{"id":1,', b"\x00", b'""')
    made = [chance.randbytes(chance.randint(1, 400)) for _ in range(number // 2)]
    made += [b"".join(chance.choices(pieces, k=9)) for _ in range(number - len(made))]
    return made


def _message(
    template: PlannedRequest, change: Callable[[dict[str, Any]], Any] | None = None
) -> bytes:
    data = deepcopy(template.data)
    data["reference"] = "not-to-be-accepted"
    message = envelope(
        "request.submit", data, source=source_of(template.participant), subject="bad"
    )
    if change is not None:
        change(message)
    return json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _record(template: PlannedRequest, kind: str, value: bytes | None, *codes: str) -> BadRecord:
    return BadRecord(kind, template.participant, value, frozenset(codes))


def _unreadable(template: PlannedRequest) -> list[BadRecord]:
    """Return bytes that must not break a parser."""
    good = _message(template)

    def made(kind: str, value: bytes | None, *codes: str) -> BadRecord:
        return _record(template, kind, value, *codes)

    accented = good.replace(b"not-to-be-accepted", "é".encode("latin-1"))
    deep = b'{"data": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    twice = good.replace(b'"reference":', b'"reference": "first", "reference":')
    return [
        made("not JSON", b"request: help, please", "not_json"),
        made("truncated", good[: len(good) // 2], "not_json"),
        made("empty", b"", "not_json"),
        made("a list, not an object", b"[" + good + b"]", "not_json", "not_cloudevents"),
        made("wrong encoding (Latin-1)", accented, "wrong_encoding"),
        made("wrong encoding (UTF-16)", good.decode().encode("utf-16"), "wrong_encoding"),
        made("half a surrogate pair", good.replace(b"not-to-be", b"\\ud800"), "wrong_encoding"),
        made("NaN", good.replace(b'"not-to-be-accepted"', b"NaN"), "not_json"),
        made("a NUL in a text", good.replace(b"not-to-be", b"a\\u0000b"),
             "value_out_of_range", "schema"),
        made("a huge integer", good.replace(b'"not-to-be-accepted"', b"9" * 3000),
             "value_out_of_range", "schema"),
        made("one byte over 1 MiB", good + b" " * (_MIB + 1 - len(good)), "too_large"),
        made("nested 10,000 deep", deep, "too_deep"),
        made("a key twice", twice, "duplicate_key"),
        made("a tombstone", None, "tombstone"),
    ]  # fmt: skip


def _malformed(template: PlannedRequest) -> list[BadRecord]:
    """Return JSON that is not a message of the contract."""

    def made(kind: str, change: Callable[[dict[str, Any]], Any], *codes: str) -> BadRecord:
        return _record(template, kind, _message(template, change), *codes)

    data = json.dumps(template.data).encode()
    binary = (("ce_specversion", b"1.0"), ("ce_type", b"gov.cri.request.submit.v1"),
              ("ce_id", b"1"), ("ce_source", b"urn:cri:x"))  # fmt: skip
    return [
        made("an unknown type", lambda m: m.update(type="gov.cri.request.wish.v1"),
             "unknown_type"),
        made("a version yet to come", lambda m: m.update(type="gov.cri.request.submit.v9"),
             "unsupported_version"),
        made("an unknown field", lambda m: m["data"].update(priority="high"), "schema"),
        made("an unknown attribute", lambda m: m.update(priority="high"),
             "schema", "not_cloudevents"),
        made("no agency", lambda m: m["data"].pop("agency"), "schema"),
        made("no id", lambda m: m.pop("id"), "not_cloudevents", "schema"),
        made("five mistakes at once", _five_mistakes, "schema"),
        BadRecord("binary mode", template.participant, data, frozenset({"not_cloudevents"}),
                  headers=binary),
    ]  # fmt: skip


def _five_mistakes(message: dict[str, Any]) -> None:
    data = message["data"]
    data["topics"] = []
    data["goals"] = ["victory"]
    data["wished"] = {"from": "next spring"}
    data["agency"]["state"] = "California"
    data["requested_by"] = {}


def _refused(template: PlannedRequest, *, today: date) -> list[BadRecord]:
    """Return well-formed requests with refused contents."""

    def made(kind: str, change: Callable[[dict[str, Any]], Any], code: str) -> BadRecord:
        return _record(template, kind, _message(template, lambda m: change(m["data"])), code)

    ahead = (today + timedelta(days=30)).isoformat()
    number = "123-45-" + "6789"
    foreign = _message(template, lambda m: m.update(source="urn:cri:florida-agencies:x"))
    federal = {"ori": "DCPPD0000", "name": "United States Park Police", "cri_type": "local",
               "agency_class": "federal", "state": "US-DC"}  # fmt: skip
    capital = _message(template, lambda m: (
        m.update(source=source_of("capital-region")), m["data"].update(agency=federal)
    ))  # fmt: skip
    return [
        made("an ORI of somebody else", lambda d: d["agency"].update(ori="FL0131800"),
             "ori_not_registered_for_participant"),
        made("an agency key of somebody else",
             lambda d: d.update(agency={**d["agency"], "ori": None, "key": "AS-DPS"}),
             "ori_not_registered_for_participant"),
        made("a topic in no catalogue", lambda d: d.update(topics=["time_travel"]),
             "unknown_topic"),
        made("a form of help in no list", lambda d: d.update(service_forms=["magic"]),
             "unknown_service_form"),
        made("dates that contradict",
             lambda d: d.update(wished={"from": ahead, "until": today.isoformat()}),
             "dates_contradict"),
        made("first contact in the future", lambda d: d.update(first_contact_on=ahead),
             "dates_contradict"),
        made("a social security number",
             lambda d: d.update(need={"issue": f"The officer's number is {number}."}),
             "contains_protected_identifier"),
        _record(template, "a source of somebody else", foreign, "source_not_registered"),
        BadRecord("a federal agency", "capital-region", capital,
                  frozenset({"agency_not_eligible"})),
    ]  # fmt: skip


def _reused(planned_requests: Sequence[PlannedRequest]) -> list[BadRecord]:
    """Return repeats, and references and ids reused with other content."""
    records = []
    for planned in [w for w in planned_requests if w.participant == "south-agencies"][:3]:
        message = envelope(
            "request.submit", planned.data, source=source_of(planned.participant),
            subject=planned.reference, message_id=message_id(planned),
        )  # fmt: skip
        other = {
            **message,
            "data": {**planned.data, "may_be_named": not planned.data["may_be_named"]},
        }
        for kind, code, sent in (
            ("the same message again", REPEATED, message),
            ("the same request under a new id", REPEATED,
             {**message, "id": f"{message['id']}-again"}),
            ("a reference with other content", "reference_reused_with_other_content",
             {**other, "id": f"{message['id']}-other"}),
            ("an id with other content", "id_reused_with_other_content",
             {**message, "data": {**other["data"], "reference": f"{planned.reference}-x"}}),
        ):  # fmt: skip
            records.append(
                BadRecord(kind, planned.participant, json.dumps(sent).encode(),
                          frozenset({code}), after=True)
            )  # fmt: skip
    return records


def _from_others(template: PlannedRequest) -> list[BadRecord]:
    """Return messages from participants that may not send them."""
    role = frozenset({"role_not_authorized"})

    def submit(participant: str) -> bytes:
        return _message(template, lambda m: m.update(source=source_of(participant)))

    def other(kind: str, data: dict[str, Any]) -> bytes:
        source = source_of(template.participant)
        return json.dumps(envelope(kind, data, source=source, subject="x")).encode()

    capacity = {"valid_until": "2099-01-01T00:00:00+00:00", "entries": [{"can_take": 5}]}
    itself = {"id": "newcomer", "kind": "provider", "name": "New", "sources": ["urn:cri:newcomer"]}
    unknown = {"tracking_number": "CRI-2020-999999-A"}
    return [
        BadRecord("a request from a provider", "iacp", submit("iacp"), role),
        BadRecord("a request from an observer", "california-post", submit("california-post"),
                  role),
        BadRecord("capacity from an agency", template.participant,
                  other("capacity.declare", capacity), role, submission=False),
        BadRecord("a registration by an agency", template.participant,
                  other("participant.register", itself), role, submission=False),
        BadRecord("a withdrawal of nothing known", template.participant,
                  other("request.withdraw", unknown), frozenset({"unknown_request"}),
                  submission=False),
    ]  # fmt: skip
