"""Damaged copies of valid records, each with its expected outcome."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

INTAKE, ROUTING, REFERENCE = "cri.int.intake.v1", "cri.int.routing.v1", "cri.int.reference.v1"
ANSWERS, CONFIDENTIAL = "cri.int.answers.v1", "cri.int.confidential.v1"
DRAFTS, REPORTING = "cri.int.drafts.v1", "cri.int.reporting.v1"
TEXTS = "cri.int.texts.v1"
_ASSESSMENTS = frozenset(
    f"gov.cri.intake.{name}.v1"
    for name in (
        *("focus_area_set", "finding_recorded", "recommendation_recorded"),
        *("recommendation_claimed", "status_proposed", "status_verification_directed"),
        *("publication_plan_directed", "publication_reschedule_directed", "report_drafted"),
        "report_asked",
        *("fact_check_answered", "publication_approve_directed", "publication_return_directed"),
        *("reply_received", "report_correct_directed", "correction_approve_directed"),
        "report_withdraw_directed",
    )
)
READERS: Mapping[str, tuple[str, ...]] = {
    INTAKE: ("routing", "notifications", "reporting", "desk"),
    ROUTING: ("intake", "notifications", "reporting", "desk"),
    REFERENCE: ("routing", "notifications", "reporting", "desk"),
    ANSWERS: ("notifications",),
    CONFIDENTIAL: ("notifications",),
    DRAFTS: ("reporting",),
    REPORTING: ("notifications", "desk"),
    TEXTS: ("notifications",),
}
KINDS = (
    *("flipped", "truncated", "emptied", "lacking", "misnumbered", "nameless"),
    *("unknown", "altered", "refused"),
)
_UNKNOWN = "gov.cri.chaos.something_new.v1"
_SEQUENCES = ("first", "0", "-1", "", "9" * 25)
_ENVELOPE = ("id", "subject", "sequence", "type", "correlationid", "data")
_READ_BY_INTAKE = ("type", "subject")
"""The attributes that intake reads of routing's events; it does not notice other damage."""
_READ_TO_PASS_OVER = ("type", "subject", "sequence")
"""The attributes that a reader needs of an event whose type it passes over."""
_PASSED_OVER: Mapping[str, frozenset[str]] = {
    "routing": _ASSESSMENTS | {"gov.cri.intake.person_forgotten.v1"},
    "reporting": frozenset(
        {"gov.cri.intake.capacity_declared.v1", "gov.cri.intake.person_forgotten.v1"}
    ),
    "notifications": frozenset({"gov.cri.routing.request_recorded.v1"}),
    "desk": frozenset(
        {
            "gov.cri.intake.capacity_declared.v1",
            "gov.cri.routing.message_applied.v1",
            "gov.cri.routing.message_refused.v1",
        }
    ),
}
"""The types that a reader passes over, on topics that it reads."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A record to be injected, with the expected outcome for each reader."""

    damage: str
    value: bytes | None
    outcomes: Mapping[str, str]
    reason: str | None = None
    subject: str | None = None
    """Whose gate passes it, and at which number."""
    number: int = 0
    headers: list[tuple[str, str | bytes | None]] = field(default_factory=list)


def damaged(topic: str, value: bytes, damage: str, draw: Random) -> list[Damaged]:
    """Return what to send instead of a sound record of *topic*: one record or several."""
    body = json.loads(value)
    headers: list[tuple[str, str | bytes | None]] = [("null", None), ("bytes", draw.randbytes(8))]

    def dead(value: bytes | None, *, intake_reads_it: bool = True) -> list[Damaged]:
        outcomes = dict.fromkeys(READERS[topic], "dead")
        if "intake" in outcomes and not intake_reads_it:
            outcomes["intake"] = "passed"
        return [Damaged(damage, value, outcomes, "malformed", headers=headers)]

    def passed(body: dict[str, Any]) -> Damaged:
        outcomes = dict.fromkeys(READERS[topic], "passed")
        number = int(body["sequence"])
        return Damaged(damage, _encoded(body), outcomes, None, body["subject"], number)

    match damage:
        case "flipped":  # the high bit of a byte: no longer UTF-8
            at = draw.choice([place for place, byte in enumerate(value) if byte < 128])
            return dead(value[:at] + bytes([value[at] ^ 0x80]) + value[at + 1 :])
        case "truncated":
            return dead(value[: draw.randrange(len(value))])
        case "emptied":
            return dead(None)
        case "lacking":
            return [_lacking(topic, body, draw.choice(_ENVELOPE), headers)]
        case "misnumbered":
            sequence = draw.choice(_SEQUENCES)
            return dead(_encoded({**body, "sequence": sequence}), intake_reads_it=False)
        case "nameless":
            subject = draw.choice((body["subject"] + "\0", draw.randbytes(3000).hex()))
            unread = {**body, "subject": subject, "type": _UNKNOWN}
            return dead(_encoded(unread), intake_reads_it=False)
        case "unknown":
            new = _own(body, draw)
            return [passed({**new, "sequence": f"{n:020d}", "id": _id(draw)}) for n in (1, 2)]
        case "altered":  # its number was taken in before
            return [passed({**body, "time": "2001-02-03T04:05:06Z"})]
        case "refused":
            return _refused(body, draw) if topic == CONFIDENTIAL else []
        case _:
            raise ValueError(damage)


def _lacking(
    topic: str,
    body: dict[str, Any],
    name: str,
    headers: list[tuple[str, str | bytes | None]],
) -> Damaged:
    """Return *body* without an attribute: dead wherever that attribute is read."""
    outcomes = {}
    for reader in READERS[topic]:
        needed: Sequence[str] = _ENVELOPE
        if reader == "intake":
            needed = _READ_BY_INTAKE
        elif body["type"] in _PASSED_OVER.get(reader, ()):
            needed = _READ_TO_PASS_OVER
        outcomes[reader] = "dead" if name in needed else "passed"
    rest = {key: value for key, value in body.items() if key != name}
    number = int(body["sequence"])
    return Damaged(
        "lacking", _encoded(rest), outcomes, "malformed", body["subject"], number, headers
    )


def _refused(body: dict[str, Any], draw: Random) -> list[Damaged]:
    """Return a contact that Postgres refuses, and a sound one that must wait behind it."""
    number = draw.getrandbits(32)
    facts = {"participant": "chaos", "contact_id": str(number)}
    contact = {
        **_own(body, draw),
        "type": "gov.cri.intake.contact_set.v1",
        "subject": f"contact:chaos:{number}",
    }
    return [
        Damaged(
            "refused",
            _encoded(
                {
                    **contact,
                    "id": _id(draw),
                    "sequence": f"{place:020d}",
                    "data": {**facts, "name": name},
                }
            ),
            {"notifications": outcome},
            "refused_by_postgres" if outcome == "dead" else None,
        )
        for place, (name, outcome) in enumerate(
            (("A name with a NUL\0 in it", "dead"), ("A sound name", "parked")), 1
        )
    ]


def _own(body: dict[str, Any], draw: Random) -> dict[str, Any]:
    """Return the envelope of an event of an unknown type and subject."""
    return {**body, "type": _UNKNOWN, "subject": f"chaos-{draw.getrandbits(64):016x}"}


def _id(draw: Random) -> str:
    return str(UUID(int=draw.getrandbits(128), version=4))


def _encoded(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
