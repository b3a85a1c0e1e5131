"""
Kafka's requests about client quotas, which no client library for Python offers as a whole.

aiokafka 0.14 can describe quotas; the request that alters them is written out here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import DescribeClientQuotasRequest
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Float64, Int16, Int32, Schema, String

Limits = Mapping[str, float]
_TEXT = String("utf-8")
_ENTITY = Array(("entity_type", _TEXT), ("entity_name", _TEXT))
_ANY_NAME = 2


class _Altered(Response):
    API_KEY = 49
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("entries", Array(("error_code", Int16), ("error_message", _TEXT), ("entity", _ENTITY))),
    )


class _AlterV0(RequestStruct):
    API_KEY = 49
    API_VERSION = 0
    RESPONSE_TYPE = _Altered
    SCHEMA = Schema(
        (
            "entries",
            Array(
                ("entity", _ENTITY),
                ("ops", Array(("key", _TEXT), ("value", Float64), ("remove", Boolean))),
            ),
        ),
        ("validate_only", Boolean),
    )


class _Alter(Request[_AlterV0]):
    API_KEY = 49

    def __init__(self, entries: Sequence[tuple[Any, Any]]) -> None:
        self._entries = entries

    def build(self, request_struct_class: type[_AlterV0]) -> _AlterV0:
        return request_struct_class(self._entries, False)


async def alter(
    admin: AIOKafkaAdminClient, changes: Mapping[str, Mapping[str, float | None]]
) -> None:
    """Set each user's limits; a limit of None is removed."""
    entries = [
        ([("user", user)], [(name, value or 0.0, value is None) for name, value in limits.items()])
        for user, limits in changes.items()
    ]
    answer = await admin._send_to_controller(_Alter(entries))
    for code, text, entity in answer.entries:
        if code:
            raise for_code(code)(f"quota of {entity}: {text}")


async def describe(admin: AIOKafkaAdminClient) -> list[dict[str, Limits]]:
    """Return the limits of every user that has some, as each broker sees them now."""
    seen: list[dict[str, Limits]] = []
    for broker in admin._client.cluster.brokers():
        request = DescribeClientQuotasRequest([("user", _ANY_NAME, None)], True)
        answer = await admin._send_request_to_node(broker.nodeId, request)
        if answer.error_code:
            raise for_code(answer.error_code)(answer.error_message)
        seen.append({entity[0][1]: dict(limits) for entity, limits in answer.entries})
    return seen
