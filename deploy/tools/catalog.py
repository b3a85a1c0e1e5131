"""The list of tools, whether each is installed, and where."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".local" / "tools"
LOCK = ROOT / "requirements" / "tools.txt"
HERE = Path(__file__).parent


class ToolMissing(Exception):
    """A tool is not installed, or cannot be; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One entry of `tools.yaml`; ``settings`` is what its kind needs."""

    name: str
    kind: str
    gives: Sequence[str]
    targets: Sequence[str]
    settings: dict[str, Any]

    @property
    def places(self) -> list[Path]:
        """The files that the tool consists of."""
        below = Path("/") if self.kind == "system" else TOOLS
        return [below / each for each in self.gives]

    @property
    def is_there(self) -> bool:
        """Whether it is installed in the version of the list."""
        if not all(place.exists() for place in self.places):
            return False
        return self.kind == "system" or (
            self.mark.exists() and self.mark.read_text() == self.fingerprint
        )

    @property
    def mark(self) -> Path:
        """The file with the fingerprint of the installed version."""
        return TOOLS / "brought" / self.name

    @property
    def source(self) -> Path:
        """The folder of the repository that it is built from or copied from."""
        if "source" in self.settings:
            return ROOT / str(self.settings["source"])
        return HERE / self.kind / str(self.settings["folder"])

    @property
    def fingerprint(self) -> str:
        """A hash of everything that the tool is made from."""
        made_from = [json.dumps(self.settings, sort_keys=True, default=str).encode()]
        if self.kind == "python":
            made_from.append(LOCK.read_bytes())
        if self.kind in ("go", "npm"):
            files = [file for file in self.source.rglob("*") if "node_modules" not in file.parts]
            made_from += [file.read_bytes() for file in sorted(files) if file.is_file()]
        return sha256(b"\0".join(made_from)).hexdigest()

    def __str__(self) -> str:
        """Return its name, files and source, in one line."""
        sources = {
            "python": f"requirements/{LOCK.name} (PyPI)",
            "go": f"{self.settings.get('package')}, built from Go modules",
            "npm": "package-lock.json (npm)",
            "module": f"the Go module {self.settings.get('module')}",
            "strimzi": f"Strimzi {self.settings.get('version')} (Maven Central)",
            "debian": f"Debian's {self.settings.get('package')} {self.settings.get('version')}",
            "system": "apt-get install " + " ".join(self.settings.get("packages", ())),
        }
        return f"{self.name}: {', '.join(map(str, self.places))} from {sources[self.kind]}"


@cache
def listed() -> tuple[Tool, ...]:
    """Return every tool of `tools.yaml`, in order: later ones may need earlier ones."""
    entries = yaml.safe_load((HERE / "tools.yaml").read_text())["tools"]
    return tuple(
        Tool(
            name=entry.pop("name"),
            kind=entry.pop("from"),
            gives=entry.pop("gives"),
            targets=entry.pop("for"),
            settings=entry,
        )
        for entry in entries
    )


def needed(target: str) -> list[Tool]:
    """Return the tools of one target."""
    return [tool for tool in listed() if target in tool.targets]


def place(name: str) -> Path:
    """Return the path of a tool; raise `ToolMissing` if it is not installed."""
    (tool,) = (each for each in listed() if each.name == name)
    if not tool.is_there:
        target = tool.targets[0]
        raise ToolMissing(
            f"{name} is missing or has another version than listed: `make tools FOR={target}`"
            f" installs what `make {target}` needs."
        )
    return tool.places[0]
