"""A Kafka and a Postgres as processes on one machine; it knows nothing of who uses them."""
