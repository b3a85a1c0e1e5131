"""What an outage looks like from here."""

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
