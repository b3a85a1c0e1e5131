"""The peer: the same four stages, written as the FastStream and asyncpg tutorials show."""
