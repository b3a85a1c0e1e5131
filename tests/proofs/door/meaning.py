"""
Compares what a released example meant with what today's services answer.

The meaning of a message is its topic, its type, and the codes that programs act on. Texts for
people may change, and fields and further messages may be added. Codes, paths and messages may not
change or go away, unless the contract's changelog names the example under a later version.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.proofs.door.examples import Examples, Sent
from tests.proofs.door.stage import Stage

CONTRACT = Path(__file__).parents[3] / "deploy" / "contract"
_CODES = (
    "refused_by", "what", "about", "repeat", "status", "program", "provider", "reason", "answer",
    "more", "lane",
)  # fmt: skip
_VERSION = re.compile(r"^## ([0-9]+(?:\.[0-9]+)+)\b", re.M)
_NAMED = re.compile(r"`((?:accepted|received|refused)/[\w.-]+\.json)`")


def released(contract: Path = CONTRACT) -> Mapping[str, Examples]:
    """Return the examples of each released version."""
    folders = sorted((contract / "released").glob("*/examples"))
    return {folder.parent.name: Examples(folder) for folder in folders}


def announced(changelog: str, *, after: str) -> set[str]:
    """Return the examples that *changelog* names under versions later than *after*."""
    _, *parts = _VERSION.split(changelog)
    sections = zip(parts[::2], parts[1::2], strict=True)
    later = (text for version, text in sections if _order(version) > _order(after))
    return {name for text in later for name in _NAMED.findall(text)}


def differing(then: Examples, now: Examples) -> list[str]:
    """Return the examples of *then* that are not, byte for byte, examples of *now* as well."""
    return [name for name in then.names() if not _is_same(then, now, name)]


def changed_meanings(before: Sequence[Sent], now: Sequence[Sent]) -> list[str]:
    """Return a line for each message of *before* whose meaning no message of *now* has."""
    left = Counter(meaning(sent) for sent in now)
    lost = []
    for each in map(meaning, before):
        if left[each]:
            left[each] -= 1
        else:
            lost.append(each)
    instead = " and ".join(left.elements()) or "nothing"
    return [f"{each}; now {instead}" for each in lost]


async def changes(stage: Stage, then: Examples, names: Sequence[str]) -> dict[str, list[str]]:
    """Play the examples *names* of *then* on its *stage*; return those whose meaning changed."""
    found: dict[str, list[str]] = {}
    for name in names:
        example = then.example(name)
        lines = changed_meanings(example.expect, await stage.play(example))
        if lines:
            found[name] = lines
    return found


def meaning(sent: Sent) -> str:
    """Return the meaning of a message, as text."""
    message = sent["message"]
    data = message["data"]
    codes = [f"{name} {data[name]}" for name in _CODES if isinstance(data.get(name), str | int)]
    reasons = sorted(f"{reason['code']} at {reason['path']}" for reason in data.get("reasons", ()))
    return ", ".join([f"{sent['topic']}: {message['type']}", *codes, *reasons])


def _is_same(then: Examples, now: Examples, name: str) -> bool:
    return all(
        (now.folder / file).exists()
        and (then.folder / file).read_bytes() == (now.folder / file).read_bytes()
        for file in then.sources(name)
    )


def _order(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
