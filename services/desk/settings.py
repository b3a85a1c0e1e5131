"""The desk's own settings, in addition to those of every service."""

from services.desk.office.settings import OfficeSettings


class Settings(OfficeSettings):
    """Those of the office's pages; the desk has no others."""
