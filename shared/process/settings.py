"""Settings of every service: plain values from the environment, secrets from files."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """
    Settings of one service process.

    Read from ``CONTINUUM_<NAME>``, and secrets from files ``continuum_<name>`` in the folder
    ``CONTINUUM_SECRETS_DIR``. Settings that production must choose have no default.
    """

    model_config = SettingsConfigDict(env_prefix="CONTINUUM_", extra="ignore", frozen=True)

    kafka_servers: Annotated[list[str], NoDecode]
    kafka_security: Literal["SASL_SSL", "SASL_PLAINTEXT"]
    kafka_user: str
    kafka_password: SecretStr
    kafka_ca_file: str | None = None
    postgres_host: str
    postgres_port: int = 5432
    postgres_database: str
    postgres_user: str
    postgres_password: SecretStr
    http_host: str
    http_port: int
    instance: str | None = None
    """Static member id in the consumer group: a restart then causes no rebalance."""
    metadata_max_age_ms: int = 300_000
    batch_records: Annotated[int, Field(ge=1, le=10_000)] = 500
    batch_wait_ms: Annotated[int, Field(ge=0, le=1000)] = 100
    """How long records of topics without waiting readers gather into a batch."""
    session_timeout_ms: int = 6000
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    traces_endpoint: Annotated[str, Field(pattern=r"^https?://")] | None = None
    """OTLP over HTTP endpoint for spans (``…/v1/traces``); None disables tracing."""
    traces_share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Sampling ratio; processes with equal ratios keep the same traces."""

    @field_validator("kafka_servers", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return value.split(",") if isinstance(value, str) else value
