"""Text of senders is escaped before it reaches an operator's terminal."""

import argparse
import ast
import sys
from pathlib import Path
from typing import Any

import pytest
import structlog

import continuum.__main__ as command_line
from continuum import output
from continuum import provision as provision_verb
from continuum.access import Access, NotPossible
from continuum.arguments import parser
from shared.process import logging
from shared.process.printable import printable

ROOT = Path(__file__).parents[3]
HOSTILE = {
    "\x1b[2J": r"\x1b[2J",
    "\x1b]0;title\x07": r"\x1b]0;title\x07",
    "\x9b31m": r"\x9b31m",
    "a\nintake ready": r"a\x0aintake ready",
    "a\rb": r"a\x0db",
    "\x7f": r"\x7f",
    "\u202eCRI-2026": r"\u202eCRI-2026",
    "\u2066x\u2069": r"\u2066x\u2069",
    "\u200b": r"\u200b",
    "\u2028": r"\u2028",
    "\ufeff": r"\ufeff",
    "\u3164": r"\u3164",
    "\U000e0041": r"\U000e0041",
    "\ud800": r"\ud800",
}
VERBS = {
    "why": ["CRI-2026-000042-K"],
    "status": [],
    "accounting": [],
    "dead-letters": ["list"],
    "figures": ["rerun", "2026-06"],
    "rebuild": ["reporting"],
    "retention": [],
    "resume": ["routing"],
    "logs": ["parked"],
    "provision": ["--plan"],
}
"""Every command with its required arguments; the canary prints only log lines, and the
calendar nothing that anybody sent."""


@pytest.mark.parametrize(("written", "shown"), HOSTILE.items(), ids=ascii)
def test_control_and_invisible_characters_are_escaped(written: str, shown: str) -> None:
    assert printable(written) == shown


def test_printable_text_is_unchanged() -> None:
    text = "Policía de San José — 警察 «ß» \\x1b"

    assert printable(text) == text


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("fails", [False, True], ids=["prints", "fails"])
def test_no_verb_prints_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], verb: str, fails: bool
) -> None:
    text = "".join(HOSTILE)

    async def run(*_: Any) -> tuple[list[str], bool]:
        if fails:
            raise NotPossible(text)
        return [text], True

    async def state(*_: Any) -> tuple[list[str], int]:
        return (await run())[0], 1

    def read(*_: Any, **__: Any) -> Any:
        if fails:
            raise NotPossible(text)
        return [text]

    def provision(*_: Any, **__: Any) -> Any:
        return read(), 2

    monkeypatch.setattr(provision_verb, "run", provision)
    monkeypatch.setattr(command_line, "_run", run)
    monkeypatch.setattr(command_line, "_logs", read)
    monkeypatch.setattr(command_line, "_status", state)
    monkeypatch.setattr(Access, "read", lambda _: None)

    status: object = None
    try:
        command_line.main([verb, *VERBS[verb]])
    except SystemExit as ended:
        status = ended.code
    out, err = capsys.readouterr()
    printed = out + err + (status if isinstance(status, str) else "")

    assert printable(printed.rstrip("\n")) == printed.rstrip("\n")
    assert r"\x1b[2J" in printed


def test_these_are_all_verbs() -> None:
    (verbs,) = (
        action.choices
        for action in parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )

    assert set(verbs) == {*VERBS, "calendar", "canary"}


def test_progress_is_made_safe_too(capsys: pytest.CaptureFixture[str]) -> None:
    output.note("reads \x1b]0;x\x07")

    assert capsys.readouterr().err == "reads \\x1b]0;x\\x07\n"


def test_nothing_else_in_the_command_line_prints() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in (ROOT / "continuum").rglob("*.py")
        if file.name != "output.py"
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and _prints(node)
    ]

    assert found == []


def _prints(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    if name == "sys.exit":  # with a text it prints
        return any(not isinstance(each, ast.Constant | ast.Name) for each in call.args)
    return name == "print" or name.startswith(("sys.stdout.", "sys.stderr."))


def test_a_log_line_is_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.reset_defaults()
    logging.configure(service="test", instance=None, level="INFO")
    structlog.get_logger().info("tried", body="".join(set("".join(HOSTILE)) - {"\x7f"}))
    sys.stdout.flush()

    (line,) = capsys.readouterr().out.splitlines()
    assert line.isascii()
    assert line.isprintable()
    structlog.reset_defaults()
