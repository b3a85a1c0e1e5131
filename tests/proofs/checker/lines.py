"""Records as JSON lines: text where it is UTF-8, base64 where it is not."""

import base64
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO


def written(data: bytes | None) -> Any:
    """Return *data* as it is written into a JSON line."""
    if data is None:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def read(value: Any) -> bytes | None:
    """Return the bytes that ``written`` wrote."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.encode()
    return base64.b64decode(value["base64"])


def new_file(file: Path) -> TextIO:
    """Open *file* anew, and make its folder."""
    file.parent.mkdir(parents=True, exist_ok=True)
    return file.open("w")


def read_lines(file: Path) -> Iterator[Any]:
    """Yield the JSON value of each line."""
    # Not splitlines(): JSON may hold other line separators than the newline.
    with file.open(newline="\n") as lines:
        for line in lines:
            yield parse(line)


def parse(text: str | bytes) -> Any:
    """Return the value of JSON; a text that comes a million times is one string in memory."""
    return json.loads(text, object_hook=_with_shared_texts)


def _with_shared_texts(found: dict[str, Any]) -> dict[str, Any]:
    return {
        sys.intern(name): sys.intern(value) if type(value) is str else value
        for name, value in found.items()
    }
