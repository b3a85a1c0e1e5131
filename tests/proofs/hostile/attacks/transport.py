"""What Kafka carries: keys, headers, timestamps, batches that no client library would send."""

import gzip
import json
from collections.abc import Sequence
from functools import partial

from tests.proofs.hostile.attack import TAKEN, Attack, RawBatch, Record
from tests.proofs.hostile.attacks.found import CODECS
from tests.proofs.hostile.batches import (
    CONTROL,
    GZIP,
    TRANSACTIONAL,
    ZSTD,
    RawRecord,
    batch,
    varint,
)
from tests.proofs.hostile.material import encoded, submission

_NO = frozenset({"not_json", "tombstone", "not_cloudevents", "wrong_encoding", "not_processable"})
_ANY = _NO | TAKEN


def transport() -> list[Attack]:
    """Return what the reader meets."""
    return [
        Attack("tombstones", lambda n: [Record(None, _NO, key=k) for k in (b"", b"k", b"\0")]),
        Attack("keys from nothing to a megabyte", _keys),
        Attack("timestamps far away", _timestamps),
        Attack("1,000 headers", lambda n: _headers(n, [(f"h{i}", b"x") for i in range(1000)])),
        Attack("a header of a megabyte", lambda n: _headers(n, [("h", b"x" * 1_000_000)])),
        Attack("a header's key of a megabyte", lambda n: _headers(n, [("h" * 1_000_000, b"")])),
        Attack("null headers, 10,000 times", lambda n: _headers(n, [("", None)] * 10_000)),
        Attack("binary mode", _binary_mode),
        Attack("headers of ours, forged", _forged_headers),
        Attack("200 header keys that are not UTF-8", batches=_bad_keys),
        Attack("a bad header key among good records", batches=_one_bad_among_many),
        *(
            Attack(f"2,000 records in batches of {codec}", _many, settings={
                "compression.codec": codec, "linger.ms": 100})
            for codec in CODECS
        ),
        Attack("gzip just below the limit, 50 times", batches=_just_below),
        Attack("40,000 empty records in 60 bytes", batches=_empty_packed),
        *(
            Attack(name, batches=partial(_one, made), refused_by_broker=True)
            for name, made in _refused_batches().items()
        ),
    ]  # fmt: skip


def _keys(number: str) -> Sequence[Record]:
    return [
        Record(encoded(submission(f"{number}-{size}")), TAKEN, key=b"k" * size)
        for size in (0, 1, 1000, 1_000_000)
    ]


def _timestamps(number: str) -> Sequence[Record]:
    return [
        Record(encoded(submission(f"{number}-{at}")), TAKEN, timestamp=at)
        for at in (1, 2**31, 2**53, 4_102_444_800_000)
    ]


def _headers(number: str, headers: list[tuple[str, bytes | None]]) -> Sequence[Record]:
    return [Record(encoded(submission(number)), _ANY, headers=headers)]


def _binary_mode(number: str) -> Sequence[Record]:
    message = submission(number)
    data = message.pop("data")
    said = [(f"ce_{name}", str(value).encode()) for name, value in message.items()]
    return [Record(json.dumps(data).encode(), _NO, headers=said)]


def _forged_headers(number: str) -> Sequence[Record]:
    names = ("id", "type", "traceparent", "cri_reason", "reason", "ce_id", "content-type", "jws")
    values = (b"", b"\xff" * 100, b"x" * 10_000, None)
    return [
        Record(encoded(submission(f"{number}-{n}")), _ANY, headers=[(name, v) for name in names])
        for n, v in enumerate(values)
    ]


def _bad_keys(number: str) -> Sequence[RawBatch]:
    keys = [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\x80" * 1000]
    records = [
        RawRecord(encoded(submission(f"{number}-{n}")), headers=[(keys[n % 4], None)])
        for n in range(200)
    ]
    return [RawBatch(batch(records), len(records))]


def _one_bad_among_many(number: str) -> Sequence[RawBatch]:
    records = [
        RawRecord(
            encoded(submission(f"{number}-{n}")), headers=[(b"\xff" if n == 50 else b"h", b"")]
        )
        for n in range(100)
    ]
    return [RawBatch(batch(records), len(records))]


def _many(number: str) -> Sequence[Record]:
    return [Record(b"{}", _NO)] * 2000


def _just_below(number: str) -> Sequence[RawBatch]:
    record = RawRecord(b" " * 2_090_000)
    return [RawBatch(batch([record], attributes=GZIP), 1)] * 50


def _empty_packed(number: str) -> Sequence[RawBatch]:
    records = [RawRecord(b"")] * 40_000
    return [RawBatch(batch(records, attributes=GZIP), len(records), _NO)]


def _one(made: RawBatch, number: str) -> Sequence[RawBatch]:
    return [made]


def _refused_batches() -> dict[str, RawBatch]:
    """Return batches that the broker must not take."""
    one = [RawRecord(b"{}")]
    bomb = gzip.compress(b"\0" * 50 * 2**20)
    made = {
        "a wrong checksum": batch(one, crc=0xDEADBEEF),
        "a control batch": batch(one, attributes=CONTROL),
        "a batch of a transaction that is none": batch(one, attributes=TRANSACTIONAL | CONTROL),
        "a format of 2013": batch(one, magic=0),
        "more records said than there are": batch(one, count=2, last_delta=1),
        "a negative number of records": batch(one, count=-1),
        "an offset delta that lies": batch(one, last_delta=1000),
        "a record longer than its batch": batch(one, body=varint(10_000) + b"\0" * 10),
        "zstd that is none": batch(one, attributes=ZSTD, body=b"\x28\xb5\x2f\xfdrubbish"),
        "gzip cut short": batch(one, attributes=GZIP, body=gzip.compress(b"x" * 1000)[:20]),
        "a codec that does not exist": batch(one, attributes=7),
        "a bomb instead of records": batch(one, attributes=GZIP, body=bomb),
        "an empty batch": batch([], last_delta=0),
    }
    return {f"refused: {name}": RawBatch(content, 1) for name, content in made.items()}
