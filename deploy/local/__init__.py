"""The embedded stack: a real Kafka, a real Postgres and the four services on one machine."""
