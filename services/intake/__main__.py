"""``python -m services.intake run|migrate``."""

from services.intake.app import build
from services.intake.settings import Settings
from shared.command import main

if __name__ == "__main__":
    main("intake", Settings, build)
