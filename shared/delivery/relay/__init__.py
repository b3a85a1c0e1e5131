"""Hands messages from the outbox to Kafka."""
