"""What an outage looks like from here, and how long to wait before trying again."""

import asyncpg
from aiokafka.errors import KafkaError

# Anything else that is raised is a bug and ends the process.
# InternalClientError: the server has ended the session, and the connection is not closed yet.
TRANSIENT = (
    OSError,
    TimeoutError,
    KafkaError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
_PAUSES = (0.1, 0.25, 0.5, 1, 2, 5, 10)


def pause_after(failures: int) -> float:
    """Return the seconds to wait after so many *failures* in a row before this one."""
    return _PAUSES[min(failures, len(_PAUSES) - 1)]
