"""
Seven checks of an AsyncAPI document for mistakes that the parser misses in version 3.

Each yields what is wrong, as a sentence that says where.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from jsonschema_rs import Draft202012, Draft202012Validator, Registry

Document = dict[str, Any]
_SELF = "urn:cri:contract"
_REFERENCE = re.compile(r'"\$ref": "(#/[^"]+)"')
_FORMATS = re.compile(r"application/vnd\.aai\.asyncapi(?:\+json|\+yaml)?;version=3\.[01]\.0")


def check(document: Document) -> list[str]:
    """Return everything that is wrong with *document*."""
    return [found for each in CHECKS for found in each(document)]


def _information(document: Document) -> Iterator[str]:
    for name in ("description", "contact", "license", "tags"):
        if not document["info"].get(name):
            yield f"info: no {name}"
    if not document.get("id"):
        yield "no id"


def _used_components(document: Document) -> Iterator[str]:
    used = set(_REFERENCE.findall(json.dumps(document)))
    for group, components in document["components"].items():
        for name in components:
            if f"#/components/{group}/{name}" not in used:
                yield f"components: nothing uses {name} of {group}"


def _defined_parameters(document: Document) -> Iterator[str]:
    for name, channel in document["channels"].items():
        if _named(channel["address"]) != set(channel.get("parameters", {})):
            yield f"channel {name}: its parameters are not those of its address"
    for name, server in document["servers"].items():
        if _named(server["host"]) != set(server.get("variables", {})):
            yield f"server {name}: its variables are not those of its host"


def _messages_of_their_channels(document: Document) -> Iterator[str]:
    for name, operation in document["operations"].items():
        for part in (operation, operation.get("reply")):
            for message in part["messages"] if part else ():
                if not message["$ref"].startswith(f"{part['channel']['$ref']}/messages/"):
                    yield f"operation {name}: {message['$ref']} is of another channel"


def _existing_references(document: Document) -> Iterator[str]:
    for reference in sorted(set(_REFERENCE.findall(json.dumps(document)))):
        node: Any = document
        for step in reference[2:].split("/"):
            node = node.get(step) if isinstance(node, dict) else None
        if node is None:
            yield f"{reference} leads nowhere"


def _known_schema_formats(document: Document) -> Iterator[str]:
    for name, message in document["components"]["messages"].items():
        stated = message["payload"].get("schemaFormat")
        if stated is not None and not _FORMATS.fullmatch(stated):
            yield f"message {name}: no AsyncAPI parser reads schemaFormat {stated}"


def _valid_examples(document: Document) -> Iterator[str]:
    broken = bool(set(_existing_references(document)))
    components = {"components": document["components"]}
    registry = None if broken else Registry([(_SELF, components)], draft=Draft202012)
    for name, message in document["components"]["messages"].items():
        if not message.get("examples"):
            yield f"message {name}: no example"
        if registry is None or "$ref" not in message["payload"]:
            continue
        reference = {"$ref": _SELF + message["payload"]["$ref"]}
        validator = Draft202012Validator(reference, validate_formats=True, registry=registry)
        for example in message.get("examples", ()):
            for error in validator.iter_errors(example["payload"]):
                place = "/".join(map(str, error.instance_path))
                yield f"message {name}: its example violates its schema at /{place}"


def _named(template: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", template))


CHECKS: tuple[Callable[[Document], Iterator[str]], ...] = (
    _information,
    _used_components,
    _defined_parameters,
    _messages_of_their_channels,
    _existing_references,
    _known_schema_formats,
    _valid_examples,
)
