"""``python -m services.notifications run|migrate|mails``."""

from services.notifications.app import build
from services.notifications.mail.command import mails
from services.notifications.settings import Settings
from shared.command import main

if __name__ == "__main__":
    main("notifications", Settings, build, verbs={"mails": mails})
