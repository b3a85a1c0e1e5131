"""The exceptions that an outage of Kafka or Postgres raises."""

import asyncpg
from aiokafka.errors import KafkaError

# Any other exception is a bug.
# InternalClientError: the server has ended the session, but the connection is not closed yet.
TRANSIENT = (
    OSError,
    TimeoutError,
    KafkaError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
