"""Settings of the office's pages, as tests use them."""

from typing import Any

URL = "https://office.example"
ISSUER = "https://issuer.example"
SETTINGS: dict[str, Any] = {
    "kafka_servers": "kafka.example:9093",
    "kafka_security": "SASL_SSL",
    "kafka_user": "continuum-desk",
    "kafka_password": "secret",
    "postgres_host": "postgres.example",
    "postgres_database": "continuum_desk",
    "postgres_user": "desk",
    "postgres_password": "secret",
    "http_host": "127.0.0.1",
    "http_port": 0,
    "public_host": "127.0.0.1",
    "public_port": 0,
    "public_url": URL,
    "issuer": ISSUER,
    "client_id": "desk",
    "office_telephone": "202-555-0100",
    "omb_number": "1234-0001",
    "omb_expires": "2029-01-31",
    "omb_minutes": 20,
}
LOCAL: dict[str, Any] = {
    **SETTINGS,
    "kafka_servers": "127.0.0.1:9092,[::1]:9092",
    "postgres_host": "localhost",
    "public_url": "http://127.0.0.1:8080",
    "issuer": "http://127.0.0.1:8081",
    "stand_in_issuer": True,
}
