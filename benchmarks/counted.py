"""
``python -P benchmarks/counted.py -m services.intake run``: runs a service and counts its requests.

It patches the client libraries where they write to the network, so it works with any version of a
service. It counts round trips to Postgres by statement and by transaction, requests to Kafka by
kind, and partitions named in fetches. A connection to the Unix socket ``$COUNTS_SOCKET`` receives
the counts so far as JSON.
"""

import json
import os
import re
import runpy
import socket
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from threading import Thread
from typing import Any

import asyncpg.protocol
from aiokafka.conn import AIOKafkaConnection

SOCKET = "COUNTS_SOCKET"
PREPARE = "PREPARE"
"""Stands for the statement in round trips that only prepare one."""
_BEGIN = re.compile(r"\s*(?:BEGIN|START TRANSACTION)\b[^;]*;?\s*", re.IGNORECASE)
_CALLS = {
    "query": 1, "prepare": 1, "bind_execute": 1, "bind_execute_many": 1, "bind": 1, "execute": 1,
    "copy_in": 2, "copy_out": 1,
}  # fmt: skip
"""Methods of asyncpg's protocol → their number of round trips (COPY has two)."""
_FETCH = 1
"""The API key of fetch requests."""


class Tally:
    """The counts so far."""

    def __init__(self) -> None:
        self.round_trips = 0
        self.statements: Counter[str] = Counter()
        self.transactions: defaultdict[str, Counter[int]] = defaultdict(Counter)
        """First statement after BEGIN → number of round trips → number of transactions."""
        self.requests: Counter[str] = Counter()
        self.partitions = 0

    def as_json(self) -> str:
        """Return the counts; thread-safe."""
        transactions = {first: dict(by_trips) for first, by_trips in [*self.transactions.items()]}
        return json.dumps(
            {
                "round_trips": self.round_trips,
                "statements": dict(self.statements),
                "transactions": transactions,
                "requests": dict(self.requests),
                "partitions": self.partitions,
            }
        )


TALLY = Tally()


class _Session:
    """Tracks the transactions of one session."""

    def __init__(self) -> None:
        self._first: str | None = None
        """The first statement of the open transaction."""
        self._trips = 0

    def note(self, text: str, trips: int, *, in_transaction: bool) -> None:
        TALLY.round_trips += trips
        TALLY.statements[text] += 1
        self._trips += trips
        if text != PREPARE and (self._first is None or _BEGIN.fullmatch(self._first)):
            self._first = text
        if self._first is not None and not in_transaction:
            TALLY.transactions[self._first][self._trips] += 1
            self._first, self._trips = None, 0


def _counted(call: Callable[..., Any], trips: int) -> Callable[..., Any]:
    """Wrap a method of asyncpg's protocol to count its round trips."""

    async def counted(protocol: Any, *arguments: Any, **more: Any) -> Any:
        try:
            return await call(protocol, *arguments, **more)
        finally:
            asked = arguments[0] if arguments else more["state"]
            text = PREPARE if call.__name__ == "prepare" else getattr(asked, "query", asked)
            if not hasattr(protocol, "counted_session"):
                protocol.counted_session = _Session()
            in_transaction = protocol.is_in_transaction()
            protocol.counted_session.note(text, trips, in_transaction=in_transaction)

    return counted


def install() -> None:
    """Patch asyncpg and aiokafka to count what this process sends."""
    protocol = asyncpg.protocol.Protocol
    methods = {name: _counted(getattr(protocol, name), trips) for name, trips in _CALLS.items()}
    asyncpg.protocol.Protocol = type("CountedProtocol", (protocol,), methods)  # type: ignore[assignment, misc]
    send = AIOKafkaConnection.send

    def counted(connection: Any, request: Any, *arguments: Any, **more: Any) -> Any:
        if request.API_KEY == _FETCH:
            TALLY.requests["FetchRequest"] += 1
            forgotten = getattr(request, "forgotten", ())  # named, to drop them from the session
            TALLY.partitions += sum(len(named) for _, named in (*request.topics, *forgotten))
        else:
            TALLY.requests[type(request).__name__] += 1
        return send(connection, request, *arguments, **more)

    AIOKafkaConnection.send = counted


def _serve(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        while True:
            connection, _ = server.accept()
            with connection:
                connection.sendall(TALLY.as_json().encode())


def main() -> None:
    """Run the module named after ``-m``, with the remaining arguments."""
    install()
    Thread(target=_serve, args=(os.environ[SOCKET],), daemon=True).start()
    module = sys.argv[2]
    sys.argv = sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
