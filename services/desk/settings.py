"""The desk's own settings, in addition to those of every service."""

from typing import Annotated

from pydantic import Field

from services.desk.office.settings import OfficeSettings


class Settings(OfficeSettings):
    """The settings of the office's pages, and how long the desk keeps case files."""

    case_files_kept_minutes: Annotated[int, Field(ge=1, le=15)] = 15
    """How long the contents of a case file are kept, at most a quarter of an hour."""
