"""The peer's own topics, principal and database, on the pipeline's servers."""

import asyncpg

from deploy.provision.access import Grant
from deploy.provision.databases import close_to_others
from deploy.provision.topics import Topic

PEER = "peer"


def peer_topics() -> list[Topic]:
    """Return the peer's topics, with as many partitions as the pipeline's internal topics."""
    return [
        Topic(
            name=f"t.{name}",
            template=f"t.{name}",
            owner=PEER,
            readers=frozenset({PEER}),
            partitions=6,
            settings={},
        )
        for name in ("in", "requests", "routed", "out")
    ]


def peer_grants() -> set[Grant]:
    """Return the peer's rights: everything on its own topics, nothing else."""
    return {
        Grant(PEER, "READ", "TOPIC", "t.", "PREFIXED"),
        Grant(PEER, "WRITE", "TOPIC", "t.", "PREFIXED"),
        Grant(PEER, "DESCRIBE", "TOPIC", "t.", "PREFIXED"),
        Grant(PEER, "READ", "GROUP", "t-", "PREFIXED"),
    }


async def make_database(admin_dsn: str, password: str) -> None:
    """Create the peer's role and its database."""
    connection = await asyncpg.connect(admin_dsn)
    try:
        await connection.execute(f"CREATE ROLE {PEER} LOGIN PASSWORD '{password}'")
        await connection.execute(f"CREATE DATABASE {PEER} OWNER {PEER}")
        await close_to_others(connection, PEER, PEER)
    finally:
        await connection.close()
