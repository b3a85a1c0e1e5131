"""The attacks that once stopped the door or slowed it down, with the inputs that did it."""

import random
from collections.abc import Sequence

from tests.proofs.hostile.attack import PROVIDER, TAKEN, Attack, RawBatch, Record
from tests.proofs.hostile.batches import RawRecord, batch
from tests.proofs.hostile.material import capacity, encoded, status, submission, with_data

SUSTAINED = 8.0
"""Seconds for which an attack by mass is kept up."""
_SAYS_NO = frozenset({"not_json", "tombstone", "wrong_encoding", "not_cloudevents"})
_SAYS_NO |= {"too_deep", "too_large"}
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")


def found(seed: int) -> list[Attack]:
    """Return F1 to F8."""
    return [
        Attack("F1 white space after FBI #", _white_space, seconds=SUSTAINED),
        *(
            Attack(
                f"F2 one record in a batch of {codec}",
                lambda number: [Record(encoded(submission(number)), TAKEN)],
                settings={"compression.codec": codec},
            )
            for codec in CODECS
        ),
        Attack(
            "F3 400 MiB in a batch of gzip",
            lambda number: [Record(b" " * (400 * 2**20))],
            settings={"compression.codec": "gzip"},
            refused_by_broker=True,
        ),
        Attack("F4 a header key that is not UTF-8", batches=_header_key),
        Attack("F5 40,000 empty records", lambda number: [Record(b"", _SAYS_NO)] * 40_000),
        Attack("F5 20,000 garbage records", lambda number: _garbage(seed, 20_000)),
        Attack("F5 garbage without end", lambda number: _garbage(seed, 2_000), seconds=SUSTAINED),
        Attack("F6 90 wrong declarations", _declarations, participant=PROVIDER),
        Attack(
            "F7 40 questions about 520 requests",
            lambda number: [
                Record(encoded(status(f"{number}-{n}", "all")), frozenset({"told", "too_often"}))
                for n in range(40)
            ],
            prepare=lambda number: [
                Record(encoded(submission(f"{number}-{n}")), TAKEN) for n in range(520)
            ],
        ),
        Attack("F8 a megabyte of brackets", lambda number: [Record(_BRACKETS, _SAYS_NO)] * 20),
        Attack("F8 half a million lists", lambda number: [Record(b'["' * 524_288, _SAYS_NO)] * 20),
        Attack("F8 9,900 objects with a key twice", lambda number: [Record(_TWICE)] * 20),
        Attack("F8 19,900 halves of a pair", lambda number: [Record(_HALVES)] * 20),
    ]


_BRACKETS = (b"[" * 30 + b"]" * 30) * 17_476
_TWICE = b"[" + b",".join([b'{"a":1,"a":2}'] * 9_900) + b"]"
_HALVES = b"[" + b",".join([rb'"\ud800"'] * 19_900) + b"]"


def _white_space(number: str) -> Sequence[Record]:
    text = "FBI #" + " " * 7990
    need = ("issue", "how_noticed", "if_nothing_is_done", "supporting_data", "obstacles")
    changes = {"need": dict.fromkeys((*need, "current_policy"), text)}
    return [Record(with_data(number, changes), TAKEN)]


def _header_key(number: str) -> Sequence[RawBatch]:
    record = RawRecord(encoded(submission(number)), headers=[(b"\xff\xfe", b"x")])
    return [RawBatch(batch([record]), 1)]


def _garbage(seed: int, count: int) -> Sequence[Record]:
    draw = random.Random(seed)
    return [Record(draw.randbytes(60), _SAYS_NO) for _ in range(count)]


def _declarations(number: str) -> Sequence[Record]:
    entry = {
        "topics": [f"no_such_topic_{n}" for n in range(200)],
        "service_forms": [f"no_form_{n}" for n in range(190)],
        "can_take": 1,
    }
    refused = frozenset({"unknown_topic", "unknown_service_form", "schema"})
    return [
        Record(encoded(capacity(f"{number}-{n}", [entry] * 50, participant=PROVIDER)), refused)
        for n in range(90)
    ]
