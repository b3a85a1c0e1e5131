"""AsyncAPI documents: one of Continuum's view, and one for each kind of participant, of theirs."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from deploy.contract_writer.examples import CONTRACT, Example, message_of
from deploy.contract_writer.message_types import ANSWERS, KINDS, VERSION, Channel, MessageType
from deploy.contract_writer.schemas import schema_of

Document = dict[str, Any]
OURS = "continuum"
VIEWS = (OURS, *KINDS)
_BINDING = "0.5.0"
_DAY = 86_400_000
_NAMES = {"agency_system": "an agency system", "provider": "a provider",
          "program_office": "the program office", "observer": "an observer"}  # fmt: skip
_TEMPLATES: Mapping[Channel, str] = {
    "in": "cri.in.<participant>.v1",
    "out": "cri.out.<participant>.v1",
    "programs": "cri.pub.programs.v1",
}
_TITLES: Mapping[Channel, str] = {
    "in": "What a participant sends",
    "out": "What a participant receives",
    "programs": "What everybody may read",
}
_ABOUT: Mapping[Channel, str] = {
    "in": "Only the participant writes here. Every record gets exactly one answer.",
    "out": "Only the participant reads here: answers, offers, changes of status, heartbeats.",
    "programs": "Changes of programs and solicitations; public, and kept for ever.",
}


def document(view: str, types: Sequence[MessageType], examples: Iterable[Example]) -> Document:
    """Return the AsyncAPI document of *view*: `continuum`, or a kind of participant."""
    shown = [each for each in types if view == OURS or view in each.kinds]
    found = tuple(examples)
    schemas: Document = {}
    messages = {each.name: _message(each, schemas, found) for each in shown}
    as_ = "" if view == OURS else f" (for {_NAMES[view]})"
    return {
        "asyncapi": "3.1.0",
        "id": f"urn:cri:contract:{view}",
        "info": {
            "title": f"Continuum: integration by events{as_}",
            "version": VERSION,
            "description": "Every record of a participant gets exactly one answer on its own"
            " topic. All messages are CloudEvents 1.0 in structured JSON mode.",
            "contact": {"name": "The program office"},
            "license": {
                "name": "Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0",
            },
            "tags": [
                {"name": "stable", "description": "Changes only so that no participant breaks."},
                {"name": "preview", "description": "May still change in any way."},
            ],
        },
        "defaultContentType": "application/cloudevents+json",
        "servers": {"kafka": _server()},
        "channels": _channels(shown),
        "operations": _operations(shown, ours=view == OURS),
        "components": {
            "messages": messages,
            "schemas": schemas,
            "securitySchemes": {
                "scram": {
                    "type": "scramSha512",
                    "description": "The participant's user and password, over TLS.",
                },
                "certificate": {
                    "type": "X509",
                    "description": "A client certificate whose common name is the participant.",
                },
            },
        },
    }


def _message(kind: MessageType, schemas: Document, examples: Iterable[Example]) -> Document:
    shown = message_of(kind, examples)
    schema = schema_of(kind)
    made = {
        "name": kind.type,
        "title": kind.name.removesuffix(".v1").replace(".", " ").replace("_", " "),
        "summary": schema["description"].split("\n")[0],
        "description": schema["description"],
        "contentType": "application/cloudevents+json",
        "payload": _component(kind, schema, schemas),
        "correlationId": {
            "description": "Answers name the record that they answer."
            if kind.side == "reader"
            else "The answer's inreplytoid is this id.",
            "location": f"$message.payload#/{'inreplyto' if kind.side == 'reader' else 'id'}",
        },
        "tags": [{"name": kind.stability}],
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": _key(kind.channel)},
                "bindingVersion": _BINDING,
            }
        },
    }
    if shown is not None:
        made["examples"] = [{"name": "example", "payload": shown}]
    return made


def _key(channel: Channel) -> str:
    return {
        "in": "Not read.",
        "out": "The participant.",
        "programs": "The program or solicitation.",
    }[channel]


def _component(kind: MessageType, schema: Document, schemas: Document) -> Document:
    """Put *schema* among *schemas*, its definitions beside it; return a reference to it."""
    text = json.dumps({key: schema[key] for key in schema if key not in ("$schema", "$id")})
    moved = json.loads(text.replace('"#/$defs/', f'"#/components/schemas/{kind.name}.'))
    for name, part in moved.pop("$defs", {}).items():
        schemas[f"{kind.name}.{name}"] = part
    schemas[kind.name] = moved
    return {"$ref": f"#/components/schemas/{kind.name}"}


def _server() -> Document:
    return {
        "host": "{bootstrap}",
        "protocol": "kafka-secure",
        "description": "Kafka, over TLS only.",
        "variables": {
            "bootstrap": {
                "description": "Host and port, as the operators name them.",
                "examples": ["kafka.agency.example:9094"],
            }
        },
        "security": [
            {"$ref": "#/components/securitySchemes/scram"},
            {"$ref": "#/components/securitySchemes/certificate"},
        ],
    }


def _channels(shown: Sequence[MessageType]) -> Document:
    listed = yaml.safe_load((CONTRACT.parent / "topics.yaml").read_text())
    topics = {each["name"]: each for each in listed["topics"]}
    found: Document = {}
    for channel, template in _TEMPLATES.items():
        topic, limits = topics[template], listed["limits"]["message_bytes"]
        days = topic["kept"]
        found[channel] = {
            "address": template.replace("<", "{").replace(">", "}"),
            "title": _TITLES[channel],
            "description": _ABOUT[channel],
            "messages": {
                each.name: {"$ref": f"#/components/messages/{each.name}"}
                for each in shown
                if each.channel == channel
            },
            "servers": [{"$ref": "#/servers/kafka"}],
            "bindings": {
                "kafka": {
                    "partitions": topic["partitions"],
                    "replicas": 3,
                    "topicConfiguration": {
                        "cleanup.policy": ["delete"],
                        "retention.ms": -1 if days == "ever" else days * _DAY,
                        "max.message.bytes": limits.get(topic.get("class"), limits["default"]),
                    },
                    "bindingVersion": _BINDING,
                }
            },
        }
        if "<participant>" in template:
            found[channel]["parameters"] = {
                "participant": {
                    "description": "The participant's id.",
                    "examples": ["south-agencies"],
                }
            }
    return found


def _operations(shown: Sequence[MessageType], *, ours: bool) -> Document:
    made: Document = {}
    askers: dict[str, set[str]] = {}
    for each in shown:
        for answer in ANSWERS.get(each.type, ()):
            askers.setdefault(answer, set()).update(each.kinds)
    names = {each.type: each.name for each in shown}
    for each in shown:
        # Participants other than the one that is answered may receive it, too.
        if each.type in askers and (not ours or each.kinds <= askers[each.type]):
            continue
        sent = (each.channel == "in") != ours
        operation = {
            "action": "send" if sent else "receive",
            "channel": {"$ref": f"#/channels/{each.channel}"},
            "title": each.name,
            "summary": schema_of(each)["description"].split("\n")[0],
            "messages": [_reference(each.channel, each.name)],
        }
        if each.channel == "in":
            operation["x-senders"] = sorted(each.kinds)
            operation["reply"] = {
                "channel": {"$ref": "#/channels/out"},
                "messages": [_reference("out", names[kind]) for kind in ANSWERS[each.type]],
            }
        else:
            operation["bindings"] = {"kafka": {"groupId": _group(), "bindingVersion": _BINDING}}
        made[_camel(each.name)] = operation
    return made


def _reference(channel: str, name: str) -> Document:
    return {"$ref": f"#/channels/{channel}/messages/{name}"}


def _group() -> Document:
    return {
        "type": "string",
        "pattern": r"^[a-z][a-z0-9-]{1,40}\..{1,200}$",
        "description": "Begins with the participant's id and a dot.",
    }


def _camel(name: str) -> str:
    return re.sub(r"[._](\w)", lambda found: found[1].upper(), name.removesuffix(".v1"))
