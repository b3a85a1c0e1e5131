"""``python -m services.webdesk run|migrate``."""

from services.webdesk.app import build
from services.webdesk.settings import Settings
from shared.command import main

if __name__ == "__main__":
    main("webdesk", Settings, build)
