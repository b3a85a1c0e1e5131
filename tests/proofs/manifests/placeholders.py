"""Values that an installation must replace before its pods can start."""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from shared.process.placeholders import is_placeholder
from tests.proofs.manifests.rendered import Object, Objects, named, of_kind

_NO_IMAGE = "0" * 64
_NO_NETWORK = re.compile(r"192\.0\.2\.\d+(/\d+)?")
"""A network that leads nowhere: RFC 5737."""
_SAMPLES = {".example": ".internal", "555-0100": "555-1212", "0000-0000": "1234-0001"}


def filled_in(objects: Objects) -> list[Object]:
    """Return *objects* with samples in place of the placeholders in settings."""
    filled = deepcopy(list(objects))
    for each in of_kind(filled, "ConfigMap"):
        for name, value in each["data"].items():
            for placeholder, sample in _SAMPLES.items():
                if value.count("\n") == 0:
                    each["data"][name] = value = value.replace(placeholder, sample)
    return filled


def placeholders(objects: Objects) -> Iterator[str]:
    """No value is a placeholder."""
    for each in objects:
        found: dict[str, str] = {}
        for path, text in _texts(each):
            if _is_placeholder(text):
                found.setdefault(text.partition("#")[0], path)
        for text, path in found.items():
            yield f"{named(each)}: {path} is still a placeholder: {text}"


def _is_placeholder(text: str) -> bool:
    return _NO_IMAGE in text or bool(_NO_NETWORK.fullmatch(text)) or is_placeholder(text)


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text of one line in *value*, with its place."""
    if isinstance(value, str):
        if "\n" not in value:
            yield path, value
    elif isinstance(value, Mapping | list):
        pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, each in pairs:
            yield from _texts(each, f"{path}/{key}".removeprefix("/"))
