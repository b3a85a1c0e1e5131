"""``continuum status``: the services, held against Kafka, Postgres and their living processes."""
