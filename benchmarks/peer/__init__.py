"""The peer: the same four stages as the FastStream and asyncpg tutorials teach them."""
