"""Intake's own settings."""

from pathlib import Path

from shared.process.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of intake, beside those of every service."""

    agency_list: Path
    """The list of agencies, a gzipped CSV with the columns ``ori``, ``name``, ``agency_class``
    and ``state``."""
    program_office: str = "program-office"
    """The participant that may register itself: it registers all others."""
