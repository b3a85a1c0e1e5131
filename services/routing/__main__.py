"""``python -m services.routing run|migrate|verify``."""

from services.routing.app import build
from services.routing.settings import Settings
from services.routing.verify import verify
from shared.command import main

if __name__ == "__main__":
    main("routing", Settings, build, verbs={"verify": verify})
