"""Expensive records: each tries to take more processor time than one record may."""

import json
from collections.abc import Callable
from typing import Any

from shared.contracts.inbound import Need
from tests.examples.inbound import PROVIDER, event, submission

MEBIBYTE = 1_048_576
_ENVELOPE = event("status.ask", None)


def _question(data: Any) -> bytes:
    """Return a status question with *data*."""
    return json.dumps({**_ENVELOPE, "data": data}).encode()


def _raw(data: bytes) -> bytes:
    """Return a status question with *data*, byte for byte."""
    return _question(None).replace(b"null", data, 1)


def _list(entry: bytes, count: int) -> bytes:
    return b"[" + b",".join([entry] * count) + b"]"


def _encoded(kind: str, data: Any) -> bytes:
    return json.dumps(event(kind, data)).encode()


def _capacity(topics: Any, states: Any, forms: Any, until: Any = "2027-06-30T00:00:00Z") -> bytes:
    entry = {"topics": topics, "states": states, "service_forms": forms, "can_take": 1}
    data = {"valid_until": until, "entries": [entry] * 50}
    return json.dumps(event("capacity.declare", data, sender=PROVIDER)).encode()


def _submitted(**changes: Any) -> bytes:
    return _encoded("request.submit", submission(**changes))


def _six_texts(text: str) -> bytes:
    return _submitted(need=dict.fromkeys(Need.model_fields, text))


def _rules(count: int, condition: dict[str, Any]) -> bytes:
    rule = {"id": "r", "about": "lane", "effect": "prefer", "when": [condition] * 20}
    rules = [{**rule, "because": {"staff": "{" * 500}}] * count
    data = {
        "id": "x",
        "version": 1,
        "effective_from": "2026-01-01T00:00:00Z",
        "rules": rules,
        "tie_break": ["no"] * 10,
        "clocks": {f"c{n}": {"amount": 1, "unit": "days"} for n in range(50)},
        "calendar": {"zone": "../" * 60, "holidays": ["never"] * 200},
    }
    return json.dumps(event("ruleset.approve", data, sender="program-office")).encode()


_CROWDED = b"{" + b",".join(b'"%d":1' % n for n in range(201)) + b"}"
_TESTS = ("fact", "in", "has", "overlaps", "within", "fits", "is", "at_most", "at_least")
_WRONG: dict[str, Any] = {test: {"x": 1} for test in _TESTS}
_MADE: dict[str, Callable[[], bytes]] = {
    "lists of thirty levels, one after the other": lambda: (b"[" * 30 + b"]" * 30) * 17_466,
    "lists of thirty levels in a list": lambda: _list(b"[" * 30 + b"]" * 30, 17_000),
    "objects without an end": lambda: b'{"a":' * 209_715,
    "a list and a text alternating": lambda: b'"[' * 524_288,
    "a list and a text alternating, with commas": lambda: b'["[",' * 200_000,
    "keys that stand twice, in an own list": lambda: _list(b'{"a":1,"a":2}', 9_900),
    "keys that stand twice": lambda: _raw(_list(b'{"a":1,"a":2}', 4_900)),
    "halves of pairs, in an own list": lambda: _list(b'"\\ud800"', 19_900),
    "halves of pairs": lambda: _raw(_list(b'"\\ud800"', 19_900)),
    "halves of pairs in one text": lambda: _raw(b'"' + b"\\ud800" * 170_000 + b'"'),
    "escaped letters": lambda: _raw(b'"' + b"\\u00e9" * 170_000 + b'"'),
    "one escaped letter in a megabyte": lambda: _raw(b'"' + b"a" * 1_040_000 + b'\\u00e9"'),
    "texts with NUL": lambda: _raw(_list(b'"\\u0000"', 19_900)),
    "escaped quotation marks": lambda: b'"' + b'\\"' * 520_000 + b'"',
    "escaped quotation marks without an end": lambda: b'"' + b'\\"' * 524_000,
    "backslashes": lambda: b'"' + b"\\" * 1_048_000,
    "quotation marks": lambda: b'"' * MEBIBYTE,
    "quotation marks and commas": lambda: b'",' * 524_288,
    "commas in texts": lambda: b"[" + b'",",' * 250_000 + b"1]",
    "commas": lambda: b"[" + b"1," * 500_000 + b"1]",
    "a text of commas": lambda: _question("," * 1_000_000),
    "texts of brackets": lambda: _question(["[" * 50] * 19_000),
    "closing brackets": lambda: b"]" * MEBIBYTE,
    "braces the wrong way round": lambda: b"}{" * 524_288,
    "brackets in a text without an end": lambda: b"[" * 32 + b'"' + b"[" * 1_000_000,
    "empty lists": lambda: _question([[]] * 9_900),
    "empty objects": lambda: _question([{}] * 9_900),
    "objects in objects": lambda: _question([{"a": {}}] * 6_600),
    "crowded objects": lambda: _raw(_list(_CROWDED, 95)),
    "full objects": lambda: _question([{f"k{n}": 1 for n in range(199)}] * 99),
    "one crowded object": lambda: _question({f"k{n}": 1 for n in range(19_000)}),
    "one key nineteen thousand times": lambda: _raw(b"{" + b'"a":1,' * 19_000 + b'"a":1}'),
    "a key of a megabyte": lambda: _question({"k" * 1_000_000: 1}),
    "integers of three hundred digits": lambda: _question([10**300] * 3_000),
    "an integer of a megabyte": lambda: b"1" * MEBIBYTE,
    "a fraction of a megabyte": lambda: _raw(b"1." + b"1" * 1_000_000),
    "an exponent of a megabyte": lambda: _raw(b"1e" + b"9" * 1_000_000),
    "fractions": lambda: _question([1.5e300] * 19_900),
    "numbers as times": lambda: _question([{"time": "1" * 50}] * 9_000),
    "a number of a megabyte as a time": lambda: json.dumps(
        {**_ENVELOPE, "time": "1" * 1_000_000}
    ).encode(),
    "a time of spaces": lambda: json.dumps({**_ENVELOPE, "time": " " * 1_000_000}).encode(),
    "a type of a megabyte": lambda: json.dumps(
        {**_ENVELOPE, "type": "gov.cri.a." + "a" * 1_000_000 + ".v1"}
    ).encode(),
    "spaces": lambda: b" " * MEBIBYTE,
    "letters outside the first plane": lambda: _raw(b'"' + "😀".encode() * 250_000 + b'"'),
    "UTF-8 except for its last byte": lambda: b'"' + "é".encode() * 500_000 + b'\xff"',
    "the white space behind FBI": lambda: _six_texts("FBI #" + " " * 7_990),
    "the white space behind SSN": lambda: _six_texts("SSN" + " " * 7_990),
    "numbers that nearly divide": lambda: _six_texts("123-45-678 " * 700),
    "numbers that were never issued": lambda: _six_texts("000-45-6789 " * 660),
    "digits of another script": lambda: _six_texts("\u0661" * 8_000),
    "marks on digits": lambda: _six_texts("1\u0301" * 4_000),
    "identifiers in codes": lambda: _capacity(["123-45-6789"] * 100, [], ["ssn123456789"] * 100),
    "FBI numbers that are none": lambda: _submitted(need={"issue": "FBI #" * 1_600}),
    "digits and hyphens": lambda: _submitted(need={"issue": "123-45-" * 1_140}),
    "topics that are no codes": lambda: _submitted(topics=["?"] * 19_900),
    "unknown topics and forms": lambda: _capacity(
        [f"no_{n}" for n in range(200)], [], [f"no_{n}" for n in range(190)]
    ),
    "entries that are wrong throughout": lambda: _capacity(
        ["?"] * 200, ["??"] * 60, ["?"] * 130, 5
    ),
    "rules that are wrong throughout": lambda: _rules(100, _WRONG),
    "conditions without a test": lambda: _rules(100, {"fact": "no"}),
    "registered agencies": lambda: json.dumps(
        event(
            "participant.register",
            {"id": "x", "kind": "provider", "name": "x", "oris": ["?"] * 19_000},
            sender="program-office",
        )
    ).encode(),
}


NAMES = tuple(_MADE)


def shape(name: str) -> bytes:
    """Return the value of the record *name*."""
    return _MADE[name]()
