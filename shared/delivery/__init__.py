"""Delivery: one batch, one transaction, offsets in Postgres, an outbox and its relay."""
