"""Generates records; each depends only on the seed and its own number."""

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from shared.contracts.inbound import DATA
from shared.contracts.services import WEB_DESK
from tests.examples.inbound import AGENCY, OFFICE, PROVIDER, data_of, event, sender_of
from tests.examples.shapes import NAMES, shape
from tests.proofs.fuzz.values import value

CANARY = "zqxcanary"
"""In every contact and free text, and in no other field."""
KINDS = tuple(kind.removeprefix("gov.cri.").removesuffix(".v1") for kind in DATA)
_SAMPLES = Path(__file__).parents[2] / "contracts" / "samples" / "inbound"
_TEXT_FIELDS = {
    "issue", "how_noticed", "if_nothing_is_done", "supporting_data", "obstacles",
    "current_policy", "other_topic", "note",
}  # fmt: skip
_CONTACT_FIELDS = {"name", "title", "email", "phone", "zone"}
_POOL: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.0, 1.5, 2**53 - 1, 2**53, 2**70, -(2**63), 1e308, float("inf"),
    "", " ", "\n", "x", "\x00", "\ud800", "\u200b", "\u202e", "a" * 300, "9" * 5_000, "é" * 9_000,
    "2026-13-45", "2026-03-02", "0000-01-01", "9999-12-31T23:59:59Z", "2026-03-02T15:04:60Z",
    "1654646400", "CRI-2026-000001-0", "CRI-2026-000001-0-O1", "all", "other", "federal", "../..",
    [], {}, [[]], [None] * 300, {"x": {"x": {}}}, ["x"] * 2_100,
)  # fmt: skip


class Generated(NamedTuple):
    """A generated record, its sender, and how it was generated."""

    value: bytes | None
    participant: str
    how: str


class Senders(NamedTuple):
    """The participants that send records: an agency system, a provider, an office, the desk."""

    agency: str = AGENCY
    provider: str = PROVIDER
    office: str = OFFICE
    desk: str = WEB_DESK

    def of(self, kind: str) -> str:
        """Return the participant that sends messages of *kind*."""
        return dict(zip(SENDERS, self, strict=True))[sender_of(kind)]


SENDERS = Senders()


def make(seed: int, number: int, *, tracking_number: str, senders: Senders = SENDERS) -> Generated:
    """Return the record *number* of the run with *seed*."""
    random = Random(f"{seed}/{number}")
    if number < len(NAMES) or random.random() < 0.005:
        return _expensive(NAMES[number % len(NAMES)], senders)
    kind = random.choice(KINDS)
    participant = senders.of(kind) if random.random() < 0.9 else random.choice(senders)
    own_id = f"m-{number}" if random.random() < 0.9 else f"m-{number - random.randint(1, 50)}"
    draw = random.random()
    if draw < 0.25:
        data, how = _from_schema(random, kind), "schema"
    else:
        data, how = _sample(random, kind, tracking_number), "sample"
    message = event(kind, _with_canary(kind, data), sender=participant, id=own_id)
    if draw < 0.45:
        return Generated(_bytes(random, message), participant, f"{how} {kind}")
    if draw < 0.7:
        return Generated(
            _damaged(random, _bytes(random, message)), participant, f"bytes of {kind}"
        )
    for _ in range(random.randint(1, 3)):
        _change(random, message)
    return Generated(_bytes(random, message), participant, f"tree of {kind}")


def _expensive(name: str, senders: Senders) -> Generated:
    found = shape(name)
    for ours, theirs in zip(SENDERS, senders, strict=True):
        found = found.replace(f"urn:cri:{ours}:".encode(), f"urn:cri:{theirs}:".encode())
    who = next((s for s in senders if f"urn:cri:{s}:".encode() in found), senders.agency)
    return Generated(found, who, f"expensive: {name}")


@cache
def _schema(kind: str) -> dict[str, Any]:
    return DATA[f"gov.cri.{kind}.v1"].model_json_schema()


def _from_schema(random: Random, kind: str) -> Any:
    return value(random, _schema(kind), _schema(kind))


@cache
def _frozen() -> dict[str, Any]:
    """Return the frozen samples by kind; not every kind has one."""
    files = sorted(_SAMPLES.glob("*.json"))
    return {file.name.removesuffix(".v1.json"): json.loads(file.read_bytes()) for file in files}


def _sample(random: Random, kind: str, tracking_number: str) -> Any:
    frozen = _frozen().get(kind)
    if frozen is not None and random.random() < 0.3:
        return json.loads(json.dumps(frozen.get("data", frozen)))
    data = data_of(kind, tracking_number)
    if kind == "request.submit" and random.random() < 0.8:
        data["reference"] = f"r-{random.randint(0, 10**9)}"
    return data


def _with_canary(kind: str, data: Any) -> Any:
    """Return *data* with the canary before each free text and each field of a contact."""
    if kind.split(".")[0] in ("request", "offer", "milestone"):
        secret = _TEXT_FIELDS
    else:
        secret = _CONTACT_FIELDS if kind == "contact.set" else set[str]()
    for owner, name in [*_places(data)]:
        text = owner[name]
        if isinstance(text, str) and (name in secret or (name == "reason" and "level" in owner)):
            longest = 200 if name == "email" else max(len(text), len(CANARY) + 1)
            owner[name] = f"{CANARY}-{text}"[:longest]
    return data


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield (container, key) for every value in *node*, outer ones first."""
    keys = node.keys() if isinstance(node, dict) else range(len(node))
    for key in [*keys]:
        yield node, key
        if isinstance(node[key], dict | list):
            yield from _places(node[key])


def _change(random: Random, message: dict[str, Any]) -> None:
    """Change one thing in *message*; texts with the canary never move."""
    owner, key = random.choice([*_places(message)])
    match random.randint(0, 6):
        case 0 | 1 | 2:
            owner[key] = deepcopy(random.choice(_POOL))
        case 3:
            del owner[key]
        case 4 if isinstance(owner, dict):
            owner[random.choice((f"{CANARY} {key}", "at", "ce_type", "\x00", ""))] = CANARY
        case 4 | 5 if isinstance(owner, list):
            owner[key : key + 1] = [
                deepcopy(owner[key]) for _ in range(random.choice((2, 15, 201)))
            ]
        case 5:
            message["type"] = random.choice(
                [*DATA, f"gov.cri.{CANARY}.v1", "gov.cri.request.submit.v2", ""]
            )
        case _:
            owner[key] = [owner[key]]


def _bytes(random: Random, message: Any) -> bytes:
    """Return *message* as JSON: escaped or not, indented or not."""
    ascii_only = random.random() < 0.5
    text = json.dumps(message, ensure_ascii=ascii_only, indent=random.choice((None, None, 1)))
    return text.encode(errors="surrogatepass")


def _damaged(random: Random, whole: bytes) -> bytes | None:
    """Return *whole* with a few bytes changed, removed, inserted or cut off."""
    if random.random() < 0.005:
        return None
    value = bytearray(whole)
    for _ in range(random.choice((1, 1, 2, 8))):
        place = random.randint(0, max(0, len(value) - 1))
        match random.randint(0, 5):
            case 0:
                value[place : place + 1] = bytes([random.randint(0, 255)])
            case 1:
                del value[place : place + random.choice((1, 2, 40))]
            case 2:
                value[place:place] = random.choice(
                    (b'"', b"\\", b"{", b"[", b",", b"\x00", b"\xff")
                )
            case 3:
                value[place:place] = value[place : place + random.randint(1, 60)]
            case 4:
                value[place:place] = b"".join(random.choices((b"[", b'{"a":', b" ", b"1"), k=40))
            case _:
                del value[place + random.randint(0, 200) :]
    return bytes(value)
