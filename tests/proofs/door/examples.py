"""Reads the contract's examples; `deploy/contract/examples/README.md` explains their parts."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

EXAMPLES = Path(__file__).parents[3] / "deploy" / "contract" / "examples"
STORIES = "stories"
FOLDERS = ("accepted", "received", "refused")
_VALUES = {"message", "text", "encoded", "tombstone"}
_InTopic = Annotated[str, Field(pattern=r"^cri\.in\.[a-z0-9-]+\.v1$")]
_OutTopic = Annotated[str, Field(pattern=r"^cri\.(out\.[a-z0-9-]+|pub\.programs)\.v1$")]

Sent = Mapping[str, Any]
"""A message as it stands in ``expect``: its topic, and the whole message."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(_Part):
    """One record of a participant, or (without ``topic``) the passing of time."""

    at: AwareDatetime
    passes: Literal["time", "heartbeats", "mail_unanswered", "mail_refused"] | None = None
    topic: _InTopic | None = None
    headers: dict[str, str] = {}
    message: dict[str, Any] | None = None
    text: str | None = None
    length: Annotated[int, Field(alias="bytes")] = 0
    encoded: Annotated[str | None, Field(alias="base64")] = None
    tombstone: Literal[True] | None = None

    @model_validator(mode="after")
    def _has_one_meaning(self) -> "Step":
        stated = self.model_fields_set - {"at", "headers", "length"}
        if stated != {"passes"} and not (
            "topic" in stated and len(stated) == 2 and stated & _VALUES
        ):
            raise ValueError(f"neither a record nor the passing of time: {sorted(stated)}")
        return self

    @property
    def value(self) -> bytes | None:
        """The value of the record."""
        if self.message is not None:
            return json.dumps(self.message).encode()
        if self.text is not None:
            return self.text.encode().ljust(self.length)
        return None if self.encoded is None else base64.b64decode(self.encoded, validate=True)


class _Reference(_Part):
    story: str


class _Sent(_Part):
    topic: _OutTopic
    message: dict[str, Any]


class _StoryFile(_Part):
    title: Annotated[str, Field(min_length=1, max_length=200)]
    given: list[_Reference | Step]


class _ExampleFile(_StoryFile):
    send: Step
    expect: list[_Sent]


@dataclass(frozen=True, slots=True)
class Story:
    """What happened before: the steps behind those of the story ``after``, if any."""

    after: str | None
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Example:
    """An example; ``name`` is its path below the examples, such as ``refused/not_json.json``."""

    name: str
    given: Story
    send: Step
    expect: Sequence[Sent]


class Examples:
    """The examples in *folder*, and the stories that they begin with."""

    def __init__(self, folder: Path = EXAMPLES) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """Return the names of all examples."""
        files = (file for each in FOLDERS for file in (self.folder / each).glob("*.json"))
        return sorted(file.relative_to(self.folder).as_posix() for file in files)

    def raw(self, name: str) -> dict[str, Any]:
        """Return the file *name*, parsed."""
        parsed: dict[str, Any] = json.loads((self.folder / name).read_text())
        return parsed

    def example(self, name: str) -> Example:
        """Return the example *name*."""
        raw = self.raw(name)
        file = _ExampleFile.model_validate(raw)
        return Example(name, _story(file), file.send, raw["expect"])

    def story(self, name: str) -> Story:
        """Return the story *name*."""
        return _story(_StoryFile.model_validate(self.raw(f"{STORIES}/{name}.json")))

    def sources(self, name: str) -> Iterator[str]:
        """Yield the names of the files that make up the example *name*: itself, its stories."""
        yield name
        after = self.example(name).given.after
        while after is not None:
            yield f"{STORIES}/{after}.json"
            after = self.story(after).after


def _story(file: _StoryFile) -> Story:
    first = file.given[0] if file.given else None
    after = first.story if isinstance(first, _Reference) else None
    steps = [step for step in file.given if isinstance(step, Step)]
    if len(steps) + (after is not None) != len(file.given):
        raise ValueError(f"{file.title}: a story stands behind a step")
    return Story(after, steps)
