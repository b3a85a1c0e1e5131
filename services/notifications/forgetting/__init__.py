"""Forgets people: what is erased, and what is not stored again."""
