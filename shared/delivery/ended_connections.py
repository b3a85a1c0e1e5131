"""Makes a Kafka connection that has just ended an outage to its client, whatever the loop says."""

from typing import Any

from aiokafka import conn
from aiokafka.errors import KafkaConnectionError


class _Connection(conn.AIOKafkaConnection):  # type: ignore[misc]
    """
    A connection whose end may be noticed by whoever writes to it first.

    uvloop then raises RuntimeError, which aiokafka does not expect: its tasks that fetch and that
    renew metadata end in silence, and the service reads no more (aiokafka #1038).
    """

    def send(self, request: Any, expect_response: bool = True) -> Any:
        return self._written(super().send, request, expect_response)

    def _send_sasl_token(self, payload: bytes, expect_response: bool = True) -> Any:
        return self._written(super()._send_sasl_token, payload, expect_response)

    def _written(self, write: Any, *arguments: Any) -> Any:
        try:
            return write(*arguments)
        except RuntimeError as error:
            self.close(reason=conn.CloseReason.CONNECTION_BROKEN)
            raise KafkaConnectionError(f"connection with {self.host}:{self.port} ended") from error


def expect() -> None:
    """Let all clients of this process expect it; call it before the first one connects."""
    conn.AIOKafkaConnection = _Connection
