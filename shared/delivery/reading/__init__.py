"""Reads records from Kafka: fetches, bounded buffers, positions, and partitions that fail."""
