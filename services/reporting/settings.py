"""Reporting's own settings, in addition to those of every service."""

from typing import Annotated

from pydantic import Field

from shared.process.settings import ServiceSettings


class Settings(ServiceSettings):
    public_host: str
    public_port: int
    """Port of the public pages; the internal ``http_port`` has probes, metrics, live figures."""
    figures_kept_seconds: Annotated[float, Field(ge=0, le=86_400)] = 5
    """How long pages serve what they have read or computed before they do it again."""
