"""Continuum on one machine: an embedded Kafka and Postgres, provisioned, and the services."""
