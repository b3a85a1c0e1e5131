"""Writes JSON that people read: what fits into one line stands in one line."""

import json
from collections.abc import Sequence
from typing import Any

WIDTH = 100


def formatted(value: Any) -> str:
    """Return *value* as JSON that ends with a line break."""
    return f"{_laid_out(value, 0, 0)}\n"


def _laid_out(value: Any, indent: int, before: int) -> str:
    """Return *value* for a line that is indented, and has *before* characters before it."""
    line = json.dumps(value, ensure_ascii=False)
    if before + len(line) < WIDTH or not isinstance(value, dict | list) or not value:
        return line
    begin, end = f"\n{' ' * (indent + 2)}", f"\n{' ' * indent}"
    if isinstance(value, dict):
        names = [f"{json.dumps(name, ensure_ascii=False)}: " for name in value]
        parts = [
            name + _laid_out(each, indent + 2, indent + 2 + len(name))
            for name, each in zip(names, value.values(), strict=True)
        ]
        return "{" + begin + f",{begin}".join(parts) + end + "}"
    if any(isinstance(each, dict | list) for each in value):
        parts = [_laid_out(each, indent + 2, indent + 2) for each in value]
    else:
        parts = _filled([json.dumps(each, ensure_ascii=False) for each in value], indent + 2)
    return "[" + begin + f",{begin}".join(parts) + end + "]"


def _filled(words: Sequence[str], indent: int) -> list[str]:
    """Return *words*, as many in each line as fit."""
    lines: list[str] = []
    for word in words:
        if lines and indent + len(lines[-1]) + len(word) + 2 < WIDTH:
            lines[-1] += f", {word}"
        else:
            lines.append(word)
    return lines
