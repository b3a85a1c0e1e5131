"""Connection arguments for Kafka, and the partition of a key."""

import ssl
from typing import Any
from zlib import crc32

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import create_conn
from aiokafka.errors import KafkaConnectionError

from shared.process.settings import ServiceSettings


def security(settings: ServiceSettings) -> dict[str, Any]:
    """Return the connection arguments of every aiokafka client of this process."""
    return {
        "bootstrap_servers": settings.kafka_servers,
        "security_protocol": settings.kafka_security,
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": settings.kafka_user,
        "sasl_plain_password": settings.kafka_password.get_secret_value(),
        "ssl_context": ssl_context(settings),
        "metadata_max_age_ms": settings.metadata_max_age_ms,
    }


def ssl_context(settings: ServiceSettings) -> ssl.SSLContext | None:
    """Return the TLS context for ``SASL_SSL``: it trusts the given authority, or the system's."""
    if settings.kafka_security != "SASL_SSL":
        return None
    return ssl.create_default_context(cafile=settings.kafka_ca_file)


def authority_runs_out(settings: ServiceSettings) -> float | None:
    """Return when the first configured certificate authority expires (Unix seconds)."""
    context = ssl_context(settings) if settings.kafka_ca_file is not None else None
    if context is None:
        return None
    ends = [str(each["notAfter"]) for each in context.get_ca_certs()]
    return min(map(ssl.cert_time_to_seconds, ends), default=None)


async def cluster_id(settings: ServiceSettings) -> str:
    """Return the id of the cluster: an offset means nothing on another one."""
    admin = AIOKafkaAdminClient(**security(settings))
    try:
        await admin.start()
    except KafkaConnectionError:
        await _log_in(settings)
        raise
    try:
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()


async def _log_in(settings: ServiceSettings) -> None:
    """Log in to each server to raise its authentication error, which the client swallows."""
    for server in settings.kafka_servers:
        host, port = server.rsplit(":", 1)
        arguments = security(settings)
        del arguments["bootstrap_servers"], arguments["metadata_max_age_ms"]
        connection = await create_conn(host, int(port), **arguments)
        connection.close()


def partition_of(key: bytes | None, partitions: int) -> int:
    """Return the partition of *key*: CRC-32 modulo *partitions*, which never changes."""
    return crc32(key or b"") % partitions
