"""Decides which items of work an event opens and closes. Pure."""
