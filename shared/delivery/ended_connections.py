"""Makes writing to an ended Kafka connection a `KafkaConnectionError` on every event loop."""

from typing import Any

from aiokafka import conn
from aiokafka.errors import KafkaConnectionError


class _Connection(conn.AIOKafkaConnection):  # type: ignore[misc]
    """
    A connection that may have ended before a write.

    uvloop raises RuntimeError for such a write, which aiokafka does not expect: its tasks that
    fetch and renew metadata would end silently, and the service would stop reading (aiokafka
    #1038).
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
    """Install this in all Kafka clients of the process; call it before the first connects."""
    conn.AIOKafkaConnection = _Connection
