"""Settings of notifications beyond those of every service."""

from typing import Annotated

from pydantic import Field

from shared.process.settings import ServiceSettings


class Settings(ServiceSettings):
    heartbeat_seconds: Annotated[int, Field(ge=1, le=3600)] = 30
    """Interval of the heartbeats to each participant."""
