"""Case files that people at the desk opened, and what each of them saw."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

PATH = "/files/"
TRIAGE = "triage"
"""What a file is opened for before somebody decides on its request."""


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A case file that a person asked for; ``is_shown``: its page held what the agency wrote."""

    message_id: str
    number: str
    actor: str
    purpose: str
    is_shown: bool


def leaked(words: Collection[str], logs: Path) -> list[str]:
    """Return a fault for each log file that holds some of *words*."""
    return [
        f"{file.name} has what a case file holds: {each}"
        for file in sorted(logs.glob("*.*"))
        for each in words
        if each and each.encode() in file.read_bytes()
    ]
