"""Every term of the contract is used by the code or listed as reserved in the guide, not both."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest
from pydantic import BaseModel

from services.notifications.audiences import render
from services.reporting import labels
from services.routing.life import late
from shared.clocks import lengths
from shared.contracts import notifications, outbound, reference, routing

ROOT = Path(__file__).parents[2]
EVOLVE = ROOT / "services" / "routing" / "life" / "evolve.py"
INTEGRATE = (ROOT / "docs" / "integrate.md").read_text()
_TABLE = INTEGRATE.partition("## Reserved words")[2].partition("\n## ")[0]
RESERVED = frozenset(re.findall(r"^\| `(\w+)` \|", _TABLE, re.M))


@cache
def strings_in(*services: str) -> tuple[frozenset[str], frozenset[str]]:
    """
    Return the string constants in the code of *services*, and the beginnings of f-strings.

    The module that writes the envelopes counts as code of each service.
    """
    texts: set[str] = set()
    beginnings: set[str] = set()
    files = [file for name in services for file in (ROOT / "services" / name).rglob("*.py")]
    for file in (*files, ROOT / "shared" / "contracts" / "envelope.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                beginnings.add(str(node.values[0].value))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            elif isinstance(node, ast.keyword) and node.arg is not None:
                texts.add(node.arg)
    return frozenset(texts), frozenset(beginnings)


def is_used(word: str, *services: str) -> bool:
    texts, beginnings = strings_in(*services)
    return word in texts or any(each and word.startswith(each) for each in beginnings)


def fields(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Yield every field of the messages that *module* defines that has no default text."""
    for model in vars(module).values():
        if isinstance(model, type) and issubclass(model, BaseModel):
            own = model.__annotations__ if model.__module__ == module.__name__ else ()
            for name, field in model.model_fields.items():
                if name in own and not isinstance(field.default, str):
                    yield model.__name__, name


@pytest.mark.parametrize("status", [*routing.STATUSES, *(RESERVED & {"planned"})])
def test_a_state_is_reached_or_reserved(status: str) -> None:
    assert is_used(status, "routing") != (status in RESERVED)


def started_clocks() -> Iterator[str]:
    """Yield the clocks that `evolve` starts, in full or up to the pace."""
    for node in ast.walk(ast.parse(EVOLVE.read_text())):
        match node:
            case ast.Call(
                func=ast.Name("clock_of"),
                args=[ast.Constant(str(name)) | ast.JoinedStr([ast.Constant(str(name)), *_]), *_],
            ):
                yield name
            case _:
                pass


@pytest.mark.parametrize("clock", sorted(reference.CLOCKS))
def test_a_clock_is_started_or_reserved(clock: str) -> None:
    names = {*started_clocks(), late.REHOME_CLOCK}
    started = clock.removesuffix("standard").removesuffix("urgent") in names

    assert started != (clock in RESERVED)
    assert (clock in RESERVED) == (clock in reference.RESERVED_CLOCKS)


def test_every_clock_that_is_started_has_a_default_length() -> None:
    assert lengths.DEFAULTS.keys() == reference.CLOCKS - reference.RESERVED_CLOCKS


@pytest.mark.parametrize("reason", sorted({*render.WAITING, *render.REFERRED, *render.PROGRESS}))
def test_a_reason_with_a_sentence_for_the_requester_is_used(reason: str) -> None:
    assert is_used(reason, "routing")


@pytest.mark.parametrize("code", sorted(labels._GROUP_LABELS))
def test_a_code_with_a_label_on_the_page_occurs(code: str) -> None:
    counted = "".join(
        file.read_text() for file in (ROOT / "services" / "reporting" / "sql").glob("count_*.sql")
    )
    assert is_used(code, "routing") or f"'{code}'" in counted


@pytest.mark.parametrize(("model", "name"), sorted(set(fields(outbound))))
def test_a_field_that_participants_receive_is_filled_or_reserved(model: str, name: str) -> None:
    assert is_used(name.rstrip("_"), "notifications") != (name in RESERVED), model


@pytest.mark.parametrize(("model", "name"), sorted(set(fields(routing))))
def test_a_field_of_routings_events_is_filled(model: str, name: str) -> None:
    assert is_used(name.rstrip("_"), "routing"), model


def strings(node: ast.AST) -> set[str]:
    constants = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return {value for value in constants if isinstance(value, str)}


def test_every_channel_is_written_counted_and_documented() -> None:
    channels = set(get_args(notifications.Notice.model_fields["channel"].annotation))
    written, counted = set[str](), set[str]()
    for file in (ROOT / "services" / "notifications").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Dict(keys=keys, values=values):
                    for key, value in zip(keys, values, strict=True):
                        if isinstance(key, ast.Constant) and key.value == "channel":
                            written |= strings(value) & channels
                case ast.Tuple(elts=[ast.Constant("notifications"), channel, ast.Constant()]):
                    counted |= strings(channel)
                case _:
                    pass
    row = re.search(r"^\| `channel` \| (.*) \|$", (ROOT / "docs" / "metrics.md").read_text(), re.M)

    assert row
    assert channels == written == counted == set(re.findall(r"`(\w+)`", row[1]))


def test_every_reserved_term_is_in_the_contract() -> None:
    known = {*reference.RESERVED_CLOCKS, "planned", *(name for _, name in fields(outbound))}

    assert RESERVED
    assert known >= RESERVED
