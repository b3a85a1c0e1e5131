"""Reporting's own settings, in addition to those of every service."""

from typing import Annotated

from pydantic import Field

from shared.process.settings import ServiceSettings


class Settings(ServiceSettings):
    public_host: str
    public_port: int
    """Port of the public pages; probes and metrics use the internal ``http_port``."""
    figures_kept_seconds: Annotated[float, Field(ge=0, le=86_400)] = 5
    """How long the pages serve computed figures before recomputing them."""
