"""``continuum status``: checks the services' processes and databases, and Kafka."""
