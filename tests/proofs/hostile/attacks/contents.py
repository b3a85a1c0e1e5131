"""Messages with the right form and contents that hurt: long texts, wrong kinds, borders."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from tests.proofs.hostile.attack import TAKEN, Attack, Record
from tests.proofs.hostile.material import encoded, envelope, submission, with_attributes, with_data

_REFUSED = frozenset({"schema", "value_out_of_range", "not_cloudevents", "dates_contradict"})
_REFUSED |= {"source_not_registered", "role_not_authorized", "unknown_topic", "not_json"}
_REFUSED |= {"ori_not_registered_for_participant", "contains_protected_identifier"}
_REFUSED |= {"unsupported_version", "unknown_type", "unknown_request"}
_EITHER = _REFUSED | TAKEN
_NEED = ("issue", "how_noticed", "if_nothing_is_done", "supporting_data", "obstacles")
_TEXTS = {
    "dashes": "1-" * 4000,
    "digits": "1" * 8000,
    "digits and blanks": "1 " * 4000,
    "nearly numbers": "123-45-678" * 800,
    "FBI, FBI, FBI": "FBI " * 2000,
    "dots between letters": "F.B.I. No. " * 720,
    "tabs": "SSN" + "\t" * 7990,
    "no-break spaces": "FBI #" + "\u00a0" * 7990,
    "zero-width spaces": "1\u200b2" * 2600,
    "combining marks": "e" + "\u0301" * 7999,
    "overrides of direction": "\u202e" * 8000,
    "characters of four bytes": "\U0001f600" * 8000,
    "wide digits": "\uff11" * 8000,
    "carriage returns": "\r\n" * 4000,
}
_ANYTHING: tuple[Any, ...] = (None, True, 1, 1.5, "", [], {}, [[]], {"a": 1}, "x" * 5000)


def contents() -> list[Attack]:
    """Return what deciding meets."""
    return [
        *(
            Attack(f"six texts of {name}", partial(_six_texts, text))
            for name, text in _TEXTS.items()
        ),
        Attack("every attribute of every kind", _every_attribute),
        Attack("every field of every kind", _every_field),
        Attack("texts one beyond their limits", _beyond),
        Attack("ids of 100 and 101 characters", _long_ids),
        Attack("moments that never were", _moments),
        Attack("sources of others", _sources),
        Attack("types of others", _types),
        Attack("a trace parent of anything", _traces),
        Attack("20 topics, 20 times", _topics),
    ]


def _six_texts(text: str, number: str) -> Sequence[Record]:
    need = dict.fromkeys((*_NEED, "current_policy"), text)
    return [Record(with_data(number, {"need": need}), _EITHER)]


def _every_attribute(number: str) -> Sequence[Record]:
    return [
        Record(with_attributes(f"{number}-{name}-{n}", {name: value}), _EITHER)
        for name in submission(number)
        for n, value in enumerate(_ANYTHING)
    ]


def _every_field(number: str) -> Sequence[Record]:
    return [
        Record(with_data(f"{number}-{name}-{n}", {name: value}), _EITHER)
        for name in submission(number)["data"]
        for n, value in enumerate(_ANYTHING)
    ]


def _beyond(number: str) -> Sequence[Record]:
    return [
        Record(with_data(f"{number}-1", {"need": {"issue": "\U0001f600" * 8001}}), _REFUSED),
        Record(with_data(f"{number}-2", {"reference": "r" * 101}), _REFUSED),
        Record(with_data(f"{number}-3", {"topics": ["de_escalation"] * 21}), _REFUSED),
        Record(with_data(f"{number}-4", {"topics": ["t" * 65]}), _REFUSED),
    ]


def _long_ids(number: str) -> Sequence[Record]:
    return [
        Record(with_attributes(f"{number}-{size}", {"id": number[-20:].ljust(size, "i")}), _EITHER)
        for size in (100, 101, 10_000)
    ]


def _moments(number: str) -> Sequence[Record]:
    moments = ("0000-01-01", "9999-12-31", "2026-02-30", "2026-13-01", "10000-01-01", "-1-01-01")
    times = ("2026-12-31T23:59:60Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+23:59", "now")
    return [
        *(
            Record(with_data(f"{number}-d{n}", {"first_contact_on": moment}), _EITHER)
            for n, moment in enumerate(moments)
        ),
        *(
            Record(with_attributes(f"{number}-t{n}", {"time": moment}), _EITHER)
            for n, moment in enumerate(times)
        ),
    ]


def _sources(number: str) -> Sequence[Record]:
    sources = ("urn:cri:florida-agencies", "urn:cri:continuum", "urn", " ", "\u202e", "x" * 9000)
    return [
        Record(with_attributes(f"{number}-{n}", {"source": source}), _REFUSED)
        for n, source in enumerate(sources)
    ]


def _types(number: str) -> Sequence[Record]:
    kinds = ("participant.register", "program.define", "ruleset.approve", "offer.answer")
    return [
        Record(encoded(envelope(kind, {}, number=f"{number}-{kind}")), _REFUSED) for kind in kinds
    ]


def _traces(number: str) -> Sequence[Record]:
    parents = ("00-" + "0" * 32 + "-" + "0" * 16 + "-01", "ff-x", "a" * 100_000, "\r\nx: y")
    return [
        Record(with_attributes(f"{number}-{n}", {"traceparent": parent}), _EITHER)
        for n, parent in enumerate(parents)
    ]


def _topics(number: str) -> Sequence[Record]:
    topics = [f"topic_{n}" for n in range(20)]
    return [Record(with_data(f"{number}-{n}", {"topics": topics}), _REFUSED) for n in range(20)]
