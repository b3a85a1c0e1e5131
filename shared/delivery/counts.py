"""Encodes a metric and its labels as one name in the table of counts."""

from shared.delivery.records import Counted


def encode(counted: Counted) -> str:
    """Return the name of *counted* in the table; neither a metric nor a label has a space."""
    return " ".join(counted)


def decode(what: str) -> Counted:
    """Return the metric and labels that `encode` encoded."""
    return tuple(what.split(" "))
