"""Changes of real schemas, each with whether it breaks participants."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any, NamedTuple

from deploy.contract_writer.evolution import breaking
from deploy.contract_writer.message_types import message_types
from deploy.contract_writer.schemas import schema_of

Schema = dict[str, Any]
Step = Callable[[Schema], None]


class Change(NamedTuple):
    """A change of the schema of one type, in steps."""

    what: str
    name: str
    breaks: bool
    steps: tuple[Step, ...]


def put(path: str, value: Any) -> Step:
    """Return the step that sets what is at *path*."""

    def step(schema: Schema) -> None:
        *before, last = path.split("/")
        _at(schema, before)[last] = deepcopy(value)

    return step


def cut(path: str) -> Step:
    """Return the step that removes what is at *path*: a key, or an entry of a list."""

    def step(schema: Schema) -> None:
        *before, last = path.split("/")
        owner = _at(schema, before)
        if isinstance(owner, list):
            owner.remove(last)
        else:
            del owner[last]

    return step


def add(path: str, entry: str) -> Step:
    """Return the step that adds an entry to the list at *path*."""
    return lambda schema: _at(schema, path.split("/")).append(entry)


def _at(schema: Schema, steps: list[str]) -> Any:
    found: Any = schema
    for step in steps:
        found = found[step]
    return found


_SUBMIT, _STATUS, _RULES = "request.submit.v1", "request.status_changed.v1", "ruleset.approve.v1"
_CAPACITY, _HEARTBEAT, _NOTE = "capacity.declare.v1", "heartbeat.v1", "note.stated.v1"
_SUB, _AGENCY = "$defs/Submission", "$defs/Agency"
_FIELDS, _CLASS = f"{_SUB}/properties", f"{_AGENCY}/properties/agency_class"
_TAKE = "$defs/CapacityEntry/properties/can_take"
_TOPICS, _NAMED = f"{_FIELDS}/topics", f"{_FIELDS}/may_be_named"
_NEW = "$defs/StatusChanged"
_PARTS = f"{_NEW}/properties"
_TEXT = {"type": "string", "maxLength": 10}
_NULL = {"type": "null"}

FOR_PRODUCERS = (
    Change("description changed", _SUBMIT, False, (put("description", "x"),)),
    Change("optional field added", _SUBMIT, False, (put(f"{_FIELDS}/extra", _TEXT),)),
    Change("required made optional", _SUBMIT, False, (cut(f"{_SUB}/required/topics"),)),
    Change("code added", _SUBMIT, False, (add(f"{_CLASS}/enum", "port"),)),
    Change("maxLength raised", _SUBMIT, False, (put(f"{_FIELDS}/reference/maxLength", 150),)),
    Change("minItems lowered", _SUBMIT, False, (put(f"{_TOPICS}/minItems", 0),)),
    Change("maximum raised", _CAPACITY, False, (put(f"{_TAKE}/maximum", 2_000_000),)),
    Change(
        "null allowed", _SUBMIT, False, (put(_NAMED, {"anyOf": [{"type": "boolean"}, _NULL]}),)
    ),
    Change("object opened", _SUBMIT, False, (cut(f"{_AGENCY}/additionalProperties"),)),
    Change("preview changed", _RULES, False, (add("$defs/Rule/required", "weight"),)),
    Change(
        "required field added",
        _SUBMIT,
        True,
        (put(f"{_FIELDS}/extra", _TEXT), add(f"{_SUB}/required", "extra")),
    ),
    Change("field removed", _SUBMIT, True, (cut(_NAMED),)),
    Change("field renamed", _SUBMIT, True, (cut(_NAMED), put(f"{_FIELDS}/named", _TEXT))),
    Change("optional made required", _SUBMIT, True, (add(f"{_SUB}/required", "program"),)),
    Change("attribute removed", _SUBMIT, True, (cut("properties/tracestate"),)),
    Change("null refused", _SUBMIT, True, (put(f"{_FIELDS}/program/anyOf", [_TEXT]),)),
    Change("code removed", _SUBMIT, True, (cut(f"{_CLASS}/enum/other"),)),
    Change("codes closed", _SUBMIT, True, (put(f"{_TOPICS}/items/enum", ["traffic"]),)),
    Change("maxLength lowered", _SUBMIT, True, (put(f"{_FIELDS}/reference/maxLength", 50),)),
    Change("minLength raised", _SUBMIT, True, (put(f"{_FIELDS}/reference/minLength", 2),)),
    Change("minItems raised", _SUBMIT, True, (put(f"{_TOPICS}/minItems", 2),)),
    Change("maxItems lowered", _SUBMIT, True, (put(f"{_TOPICS}/maxItems", 19),)),
    Change("maximum lowered", _CAPACITY, True, (put(f"{_TAKE}/maximum", 10),)),
    Change("minimum raised", _CAPACITY, True, (put(f"{_TAKE}/minimum", 1),)),
    Change("pattern changed", _SUBMIT, True, (put(f"{_TOPICS}/items/pattern", "^[a-z]+$"),)),
    Change("format added", _SUBMIT, True, (put(f"{_FIELDS}/reference/format", "uuid"),)),
    Change("type changed", _SUBMIT, True, (put(f"{_NAMED}/type", "string"),)),
    Change("object became text", _SUBMIT, True, (put(f"{_FIELDS}/agency", _TEXT),)),
    Change("condition added", _SUBMIT, True, (put(f"{_SUB}/not", {"required": ["goals"]}),)),
    Change("names limited", _RULES, False, (put("$defs/RuleSet/properties/clocks", _TEXT),)),
    Change("stable became preview", _SUBMIT, True, (put("x-stability", "preview"),)),
)
"""What was valid stays valid, unless the change breaks participants."""

FOR_READERS = (
    Change("optional field added", _STATUS, False, (put(f"{_PARTS}/extra", _TEXT),)),
    Change("optional field removed", _STATUS, False, (cut(f"{_PARTS}/provider"),)),
    Change("optional made required", _STATUS, False, (add(f"{_NEW}/required", "program"),)),
    Change("code added", _STATUS, False, (add(f"{_PARTS}/status/x-extensible-enum", "planned"),)),
    Change("maxLength lowered", _STATUS, False, (put(f"{_PARTS}/sentence/maxLength", 500),)),
    Change("preview changed", _NOTE, False, (cut("$defs/Note/required/note"),)),
    Change("preview became stable", _NOTE, False, (put("x-stability", "stable"),)),
    Change(
        "required field removed",
        _STATUS,
        True,
        (cut(f"{_PARTS}/sentence"), cut(f"{_NEW}/required/sentence")),
    ),
    Change("required made optional", _STATUS, True, (cut(f"{_NEW}/required/sentence"),)),
    Change("field renamed", _STATUS, True, (cut(f"{_PARTS}/since"), put(f"{_PARTS}/at", _TEXT))),
    Change("null possible", _STATUS, True, (put(f"{_PARTS}/status", {"anyOf": [_TEXT, _NULL]}),)),
    Change("type changed", _STATUS, True, (put(f"{_PARTS}/since", {"type": "integer"}),)),
    Change("format lost", _STATUS, True, (cut(f"{_PARTS}/since/format"),)),
    Change("pattern lost", _STATUS, True, (cut(f"{_PARTS}/tracking_number/pattern"),)),
    Change("maxLength raised", _STATUS, True, (put(f"{_PARTS}/sentence/maxLength", 2_000_000),)),
    Change("maxItems lost", _STATUS, True, (cut(f"{_PARTS}/reasons/maxItems"),)),
    Change(
        "minimum lowered",
        _HEARTBEAT,
        True,
        (put("$defs/Heartbeat/properties/head/minimum", -1),),
    ),
    Change("object became text", _STATUS, True, (put(f"{_PARTS}/next", _TEXT),)),
    Change("another constant", _STATUS, True, (put("properties/specversion/const", "2.0"),)),
    Change("constant opened", _STATUS, True, (put("properties/source", _TEXT),)),
    Change("inner field optional", _STATUS, True, (cut("$defs/Reason/required/code"),)),
)
"""What may be written now was allowed before, unless the change breaks participants."""

CHANGES = (*FOR_PRODUCERS, *FOR_READERS)


def is_judged_rightly(change: Change) -> bool:
    """Tell whether *change* is found to break participants exactly if it does."""
    (kind,) = [each for each in message_types() if each.name == change.name]
    before = schema_of(kind)
    now = deepcopy(before)
    for step in change.steps:
        step(now)
    assert now != before, change.what
    return bool(breaking(before, now, kind.side)) == change.breaks
