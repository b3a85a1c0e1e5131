"""How the table of counts names a metric and its labels."""

from shared.delivery.records import Counted


def encode(counted: Counted) -> str:
    """Return the name of *counted* in the table; neither a metric nor a label has a space."""
    return " ".join(counted)


def decode(what: str) -> Counted:
    """Return what `encode` named so."""
    return tuple(what.split(" "))
