"""Settings of every service: plain values from the environment, secrets from files."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.business_clock import REAL_TIME, BusinessClock
from shared.process.placeholders import is_placeholder

LOOPBACK = ("127.0.0.1", "::1", "localhost")


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
    business_start: AwareDatetime | None = None
    """What the business clock shows at ``business_since``; None: it shows real time.

    For demonstrations on one machine: refused if Kafka or Postgres is on another one."""
    business_since: AwareDatetime | None = None
    """The real time at which the business clock shows ``business_start``."""
    business_rate: Annotated[int, Field(ge=1, le=86_400)] = 1
    """How many times faster than real time the business clock runs."""

    @field_validator("kafka_servers", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return value.split(",") if isinstance(value, str) else value

    @model_validator(mode="after")
    def _only_locally(self) -> Self:
        """Refuse a business clock that differs from real time, outside the local stack."""
        if (self.business_start, self.business_since, self.business_rate) == (None, None, 1):
            return self
        if self.business_start is None or self.business_since is None:
            raise ValueError("a business clock needs business_start and business_since")
        if not self.is_local:
            raise ValueError("only the local stack may have a business clock of its own")
        return self

    def refuse_placeholders(self, *names: str) -> None:
        """Outside the local stack, raise ValueError naming the settings that are placeholders."""
        found = [name for name in names if is_placeholder(str(getattr(self, name)))]
        if found and not self.is_local:
            raise ValueError(f"still placeholders: {', '.join(found)}")

    @property
    def is_local(self) -> bool:
        """Whether Kafka and Postgres are on this machine, as they are only in the local stack."""
        hosts = [self.postgres_host, *(each.rpartition(":")[0] for each in self.kafka_servers)]
        return all(host.strip("[]") in LOOPBACK for host in hosts)

    @property
    def clock(self) -> BusinessClock:
        """The business clock."""
        if self.business_start is None or self.business_since is None:
            return REAL_TIME
        return BusinessClock(self.business_since, self.business_start, self.business_rate)
