"""Bytes that are no message: one record of each shape, alone, so that its cost can be seen."""

import json
import random
from collections.abc import Sequence
from functools import partial

from tests.proofs.hostile.attack import TAKEN, Attack, Record
from tests.proofs.hostile.material import encoded, submission, with_attributes, with_data

_FORM = frozenset({"not_json", "not_cloudevents", "wrong_encoding", "too_large", "too_deep"})
_FORM |= {"duplicate_key", "schema", "value_out_of_range", "source_not_registered"}


def syntax(seed: int) -> list[Attack]:
    """Return what a parser meets."""
    shapes = {
        "32 levels of lists": [b"[" * 32 + b"]" * 32],
        "33 levels of lists": [b"[" * 33 + b"]" * 33],
        "200,000 levels of objects": [b'{"a":' * 200_000],
        "a key of 500,000 characters": [b'{"' + b"k" * 500_000 + b'":1}'],
        "10,000 unknown fields": [encoded({f"k{n}": n for n in range(10_000)})],
        "an integer of 100,000 digits": [b'{"a":' + b"9" * 100_000 + b"}"],
        "10,000 integers of 90 digits": [b"[" + b",".join([b"9" * 90] * 10_000) + b"]"],
        "exponents beyond every float": [b"[1e400,-1e400,1e-400,-0.0,1E+308]"],
        "a fraction of 500,000 digits": [b"0." + b"1" * 500_000],
        "NaN and Infinity": [b"[NaN,Infinity,-Infinity]"],
        "scalars": [b"null", b"true", b"1", b'"x"', b"[]", b"{}", b" ", b"\n"],
        "two documents": [b"{}{}", b"{}\n{}", b"{} x"],
        "comments, single quotes, commas": [b"{/**/}", b"{'a':1}", b"[1,]", b'{"a":1,}'],
        "a string without an end": [b'"' + b"x" * 1_000_000],
        "a megabyte of backslashes": [b'"' + b"\\" * 1_000_000],
        "a megabyte of escapes": [b'"' + rb"\u0041" * 170_000 + b'"'],
        "a byte order mark": [b"\xef\xbb\xbf" + encoded({})],
        "UTF-16 and UTF-32": [
            json.dumps(submission("utf")).encode(codec)
            for codec in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be")
        ],
        "overlong UTF-8": [b'"\xc0\x80"', b'"\xed\xa0\x80"', b'"\xf4\x90\x80\x80"'],
        "UTF-8 that is cut": [b'"\xe2\x82', b'"\xf0\x9f\x98'],
        "a schema registry's prefix": [b"\0\0\0\0\1" + encoded(submission("registry"))],
        "random bytes of all sizes": [random.Random(seed).randbytes(2**n) for n in range(20)],
        "a key twice at every depth": [b'{"data":' * 20 + b'{"a":1,"a":2}' + b"}" * 20],
        "20,001 values": [encoded([0] * 20_001)],
        "exactly 1,048,577 bytes": [encoded(submission("one-more")).ljust(1_048_577)],
        "nearly two mebibytes": [encoded(submission("nearly-two")).ljust(2_097_000)],
    }  # fmt: skip
    return [
        *(Attack(name, partial(_each, values)) for name, values in shapes.items()),
        Attack(
            "exactly 1,048,576 bytes",
            lambda number: [Record(encoded(submission(number)).ljust(1_048_576), TAKEN)],
        ),
        Attack(
            "half of a pair in each text",
            lambda number: [
                Record(
                    with_attributes(number, {"subject": "@"}).replace(b'"@"', rb'"\ud800"'),
                    _FORM,
                )
            ],
        ),
        Attack(
            "a NUL in each text",
            lambda number: [Record(with_data(number, {"reference": "a\0b"}), _FORM)],
        ),
    ]


def _each(values: Sequence[bytes], number: str) -> Sequence[Record]:
    return [Record(value, _FORM) for value in values]
