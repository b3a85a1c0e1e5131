"""Checks of a message that has the right form: each yields a `Finding` for every fault. Pure."""
