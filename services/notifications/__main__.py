"""``python -m services.notifications run|migrate``."""

from services.notifications.app import build
from services.notifications.settings import Settings
from shared.command import main

if __name__ == "__main__":
    main("notifications", Settings, build)
