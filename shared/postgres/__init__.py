"""Postgres: the pool, statements in files, migrations."""
