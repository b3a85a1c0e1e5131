"""Settings of the office's pages, as tests use them."""

from typing import Any

URL = "https://office.example"
ISSUER = "https://issuer.example"
SETTINGS: dict[str, Any] = {
    "kafka_servers": "127.0.0.1:9092,[::1]:9092",
    "kafka_security": "SASL_SSL",
    "kafka_user": "continuum-desk",
    "kafka_password": "secret",
    "postgres_host": "localhost",
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
"""On this machine, so that placeholders are taken; the issuer is on another one."""
PRODUCTION: dict[str, Any] = {
    **SETTINGS,
    "kafka_servers": "kafka.program.internal:9093",
    "postgres_host": "postgres.program.internal",
    "public_url": "https://office.program.internal",
    "issuer": "https://sign-in.program.internal",
    "office_telephone": "202-555-1212",
}
LOCAL: dict[str, Any] = {
    **SETTINGS,
    "public_url": "http://127.0.0.1:8080",
    "issuer": "http://127.0.0.1:8081",
    "stand_in_issuer": True,
}
