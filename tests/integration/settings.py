"""The settings of a process that runs on the stack of the integration tests."""

from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from deploy.local.stack import Stack
from shared.process.settings import ServiceSettings


def service_settings(
    stack: Stack, login: tuple[str, str], *, database: str, **more: Any
) -> ServiceSettings:
    """Return settings with Kafka's *login* and Postgres's administrator, on *database*."""
    address = urlsplit(stack.postgres.dsn())
    user, password = login
    assert address.port is not None
    return ServiceSettings(
        kafka_servers=stack.kafka.servers,
        kafka_security="SASL_PLAINTEXT",
        kafka_user=user,
        kafka_password=SecretStr(password),
        postgres_host=str(address.hostname),
        postgres_port=address.port,
        postgres_database=database,
        postgres_user=str(address.username),
        postgres_password=SecretStr(str(address.password)),
        http_host="127.0.0.1",
        http_port=0,
        **more,
    )
