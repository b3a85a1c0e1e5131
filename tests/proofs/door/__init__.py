"""Plays the contract's examples through the real services, chained over a real Postgres."""

from tests.proofs.door.playing import play_examples

__all__ = ["play_examples"]
