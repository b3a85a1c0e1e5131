"""What a database holds, as text."""

from typing import Any

import asyncpg

_TABLES = """
    SELECT tablename
      FROM pg_tables
     WHERE schemaname = 'public'
       AND has_table_privilege(format('public.%I', tablename), 'SELECT')
     ORDER BY tablename
"""


async def texts_in(pool: "asyncpg.Pool[Any]") -> dict[str, str]:
    """Return the content of each table that may be read, the bytes of a column as text."""
    texts = {}
    for (table,) in await pool.fetch(_TABLES):
        rows = await pool.fetch(f'SELECT * FROM public."{table}"')
        texts[table] = "\n".join(" ".join(map(_text, row)) for row in rows)
    return texts


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
