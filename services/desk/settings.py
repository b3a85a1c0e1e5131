"""The desk's own settings, in addition to those of every service."""

from shared.process.settings import ServiceSettings


class Settings(ServiceSettings):
    public_host: str
    public_port: int
    """Port of the office's pages; the internal ``http_port`` has probes and metrics."""
