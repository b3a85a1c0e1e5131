"""Sends messages from the outbox to Kafka."""
