"""Ways to break an AsyncAPI document, each of which the checks must notice."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from deploy.contract_writer.checks import check

Document = dict[str, Any]


def _message(document: Document, name: str = "request.submit.v1") -> Document:
    found: Document = document["components"]["messages"][name]
    return found


def _data(document: Document) -> Document:
    found: Document = _message(document)["examples"][0]["payload"]["data"]
    return found


def _reply(document: Document) -> list[Document]:
    found: list[Document] = document["operations"]["requestSubmit"]["reply"]["messages"]
    return found


BROKEN: Mapping[str, Callable[[Document], object]] = {
    "an example with an unknown field": lambda d: _data(d).update(unknown=1),
    "an example without a required field": lambda d: _data(d).pop("reference"),
    "an example that violates a pattern": lambda d: _data(d).update(topics=["De Escalation"]),
    "an example with an unknown code": lambda d: _data(d)["agency"].update(state="CA"),
    "an example with an impossible date": lambda d: _data(d).update(first_contact_on="2026-02-30"),
    "an example that a reader may not get": lambda d: _message(d, "submission.accepted.v1")[
        "examples"
    ][0]["payload"]["data"].pop("tracking_number"),
    "no example": lambda d: _message(d).pop("examples"),
    "no license": lambda d: d["info"].pop("license"),
    "no contact": lambda d: d["info"].pop("contact"),
    "no tags": lambda d: d["info"].pop("tags"),
    "no description": lambda d: d["info"].pop("description"),
    "no id": lambda d: d.pop("id"),
    "a parameter that is not defined": lambda d: d["channels"]["in"].pop("parameters"),
    "a parameter too many": lambda d: d["channels"]["programs"].update(parameters={"a": {}}),
    "a variable that is not defined": lambda d: d["servers"]["kafka"].pop("variables"),
    "a schema that nothing uses": lambda d: d["components"]["schemas"].update(Unused={}),
    "a message that nothing uses": lambda d: d["components"]["messages"].update(
        unused=_message(d)
    ),
    "a security scheme that nothing uses": lambda d: d["servers"]["kafka"]["security"].pop(),
    "a reply with a message of another channel": lambda d: _reply(d)[0].update(
        {"$ref": "#/channels/in/messages/request.submit.v1"}
    ),
    "an operation with a message of another channel": lambda d: d["operations"]["requestSubmit"][
        "messages"
    ][0].update({"$ref": "#/channels/out/messages/heartbeat.v1"}),
    "a schema format that parsers do not read": lambda d: _message(d).update(
        payload={"schemaFormat": "application/schema+json;version=2020-12", "schema": {}}
    ),
    "a reference that leads nowhere": lambda d: _message(d)["payload"].update(
        {"$ref": "#/components/schemas/nothing"}
    ),
}


def is_noticed(document: Document, how: str) -> bool:
    """Tell whether the checks notice that *document* is broken in that way."""
    broken = deepcopy(document)
    BROKEN[how](broken)
    return bool(check(broken))
