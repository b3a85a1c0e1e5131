"""An embedded Kafka and Postgres as local processes, independent of Continuum."""
