"""Settings of pages: their address, the proxies that they trust, and what every page says."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, ClassVar, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator
from pydantic_settings import NoDecode

from shared.contracts.reference import Line
from shared.process.settings import ServiceSettings
from shared.web.addresses import Network


class PageSettings(ServiceSettings):
    """Settings of a service with pages for people."""

    FILLED_IN: ClassVar[Sequence[str]] = ("public_url", "office_telephone", "omb_number")
    """Settings that must not be placeholders in production."""
    public_host: str
    public_port: int
    """Port of the pages; the internal ``http_port`` has probes and metrics."""
    public_url: Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+$")]
    """Where people reach the pages: scheme and host. No link is ever built from ``Host``."""
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    """Networks whose ``X-Forwarded-For`` is believed; without any, the peer is the client."""
    office_telephone: Line
    """The telephone number on every page."""
    office_languages: Line | None = None
    """Where people are helped in other languages, such as another number."""
    office_zone: str = "America/New_York"
    """The time zone in which pages show times."""
    omb_number: Annotated[str, Field(pattern=r"^\d{4}-\d{4}$")]
    """The control number that the Office of Management and Budget gave the form for requests."""
    omb_expires: date
    omb_minutes: Annotated[int, Field(ge=1)]
    """How long the form takes, in minutes, as approved with its number."""

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_proxies(cls, value: object) -> object:
        return [each for each in value.split(",") if each] if isinstance(value, str) else value

    @field_validator("office_zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("not a time zone") from error
        return value

    @model_validator(mode="after")
    def _is_filled_in(self) -> Self:
        """Refuse placeholders in the texts and addresses that people see."""
        self.refuse_placeholders(*self.FILLED_IN)
        return self
