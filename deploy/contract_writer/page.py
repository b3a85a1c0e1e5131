"""Renders `index.html`: the whole contract on one page that opens from disk, without scripts."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from deploy.contract_writer.asyncapi import VIEWS
from deploy.contract_writer.examples import CONTRACT, Example, about, message_of
from deploy.contract_writer.fields import Field, fields
from deploy.contract_writer.lists import check_character_rule, code_lists, refusal_catalog
from deploy.contract_writer.message_types import ANSWERS, VERSION, MessageType
from deploy.contract_writer.schemas import schema_of

_TEMPLATES = Environment(
    loader=PackageLoader("deploy.contract_writer"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_CHANNELS = {
    "in": "You send it on your in topic.",
    "out": "You receive it on your out topic.",
    "programs": "Everybody may read it on cri.pub.programs.v1.",
}


class Section(NamedTuple):
    """A type of message as the page shows it."""

    name: str
    type: str
    file: str
    stability: str
    paragraphs: Sequence[str]
    where: str
    kinds: Sequence[str]
    answers: Sequence[str]
    fields: Sequence[Field]
    example: str | None
    more: Sequence[tuple[str, str]]


class Change(NamedTuple):
    """A version in the contract's changelog."""

    title: str
    entries: Sequence[str]


def page(types: Sequence[MessageType], examples: Sequence[Example]) -> str:
    """Return the page about *types* and *examples*."""
    sent = [each for each in types if each.side == "producer"]
    received = [each for each in types if each.side == "reader"]
    envelopes = [
        ("Messages that you send", _envelope(sent[0])),
        ("Messages that you receive", _envelope(received[0])),
    ]
    return _TEMPLATES.get_template("index.html.j2").render(
        version=VERSION,
        groups=[
            ("What you send", [_section(each, examples) for each in sent]),
            ("What you receive", [_section(each, examples) for each in received]),
        ],
        envelopes=envelopes,
        codes=code_lists(types),
        refusals=refusal_catalog(),
        check=check_character_rule(),
        changes=list(changes()),
        views=VIEWS,
        compact=_compact,
    )


def changes() -> Iterator[Change]:
    """Yield the versions in the contract's changelog, newest first."""
    text = (CONTRACT / "CHANGELOG.md").read_text()
    for part in text.split("\n## ")[1:]:
        title, _, body = part.partition("\n")
        entries = body.strip().removeprefix("- ").split("\n- ")
        yield Change(title.strip(), [" ".join(entry.split()) for entry in entries])


def _section(kind: MessageType, examples: Sequence[Example]) -> Section:
    schema = schema_of(kind)
    shown = message_of(kind, examples)
    names = [answer.removeprefix("gov.cri.") for answer in ANSWERS.get(kind.type, ())]
    return Section(
        name=kind.name,
        type=kind.type,
        file=kind.file,
        stability=kind.stability,
        paragraphs=schema["description"].split("\n\n"),
        where=_CHANNELS[kind.channel],
        kinds=sorted(kind.kinds),
        answers=names,
        fields=list(fields(schema, of="data")),
        example=None if shown is None else _as_json(shown),
        more=[(each.name, each.title) for each in about(kind, examples)],
    )


def _envelope(kind: MessageType) -> list[Field]:
    """Return the attributes of the envelope, without what differs between types."""
    found = [each for each in fields(schema_of(kind)) if each.depth == 0]
    return [
        each._replace(form="the type's name" if each.name == "type" else each.form)
        for each in found
        if each.name != "data"
    ]


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _compact(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
