"""Intake's own settings."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from shared.process.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of intake, beside those of every service."""

    agency_list: Path
    """The list of agencies, a gzipped CSV with the columns ``ori``, ``name``, ``agency_class``
    and ``state``."""
    program_office: str = "program-office"
    """The participant that may register itself: it registers all others."""
    words_kept_days: Annotated[int, Field(ge=30, le=36_600)] = 1095
    """How many days the free text of a request is kept after it has ended."""
