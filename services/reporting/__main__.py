"""``python -m services.reporting run|migrate``."""

from services.reporting.app import build
from services.reporting.settings import Settings
from shared.command import main

if __name__ == "__main__":
    main("reporting", Settings, build)
