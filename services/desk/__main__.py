"""``python -m services.desk run|migrate``."""

from services.desk.app import build
from services.desk.settings import Settings
from shared.command import main

if __name__ == "__main__":
    main("desk", Settings, build)
