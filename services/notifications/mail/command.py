"""The verb ``mails``: previews a template, or sends a trial mail."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from services.notifications.mail.address import AddressError
from services.notifications.mail.compose import Letterhead, compose
from services.notifications.mail.transport import Transport
from services.notifications.settings import Settings
from shared.mail.templates import SAMPLE_URL, TEMPLATES, TRIAL, Template, render

_SAMPLE_SENDER = Letterhead("office@program.example", "The program office", "desk@program.example")
_SAMPLE_RECIPIENT = "chief@agency.example"
_SAMPLE_ID = "00000000-0000-4000-8000-000000000000"
_SAMPLE_TIME = datetime(2026, 3, 2, 15, 4, tzinfo=UTC)


async def mails(settings: Settings, arguments: Sequence[str]) -> int:
    """Preview a template, or send a trial; return 1 if the trial did not arrive."""
    parser = argparse.ArgumentParser(prog="python -m services.notifications mails")
    actions = parser.add_subparsers(dest="action", required=True)
    previewed = actions.add_parser("preview", help="write a template with sample data as files")
    previewed.add_argument("template", choices=sorted(TEMPLATES))
    previewed.add_argument("--into", type=Path, default=Path(), help="the folder (default: here)")
    tried = actions.add_parser("try", help="send one mail, and say what the server replied")
    tried.add_argument("address")
    tried.add_argument("--template", choices=sorted(TEMPLATES), default=TRIAL.name)
    chosen = parser.parse_args(arguments)
    if chosen.action == "preview":
        for file in preview(TEMPLATES[chosen.template], chosen.into):
            print(file)
        return 0
    return await send_trial(settings, chosen.address, TEMPLATES[chosen.template])


def preview(template: Template, folder: Path) -> list[Path]:
    """Write *template* with its sample data into *folder*: text, HTML, and the whole mail."""
    rendered = render(template, template.sample, public_url=SAMPLE_URL)
    mail = compose(
        _SAMPLE_SENDER, _SAMPLE_ID, rendered, recipient=_SAMPLE_RECIPIENT, at=_SAMPLE_TIME
    )
    forms = {"txt": rendered.text.encode(), "html": rendered.html.encode(), "eml": mail.content}
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for form, content in forms.items():
        written.append(folder / f"{template.name}.{form}")
        written[-1].write_bytes(content)
    return written


async def send_trial(settings: Settings, address: str, template: Template) -> int:
    """Send *template* with its sample data to *address*, and print what came of it."""
    server, head = settings.mail_server, settings.letterhead
    if server is None or head is None:
        print("mails: mail is off; set CONTINUUM_SMTP_HOST")
        return 1
    rendered = render(template, template.sample, public_url=str(settings.public_url))
    try:
        mail = compose(head, str(uuid4()), rendered, recipient=address, at=datetime.now(UTC))
    except AddressError as error:
        print(f"mails: no mail can be sent to this address ({error.status})")
        return 1
    transport = Transport(server)
    outcome = await transport.send(mail)
    await transport.close()
    print(f"mails: {outcome.kind} (stage {outcome.stage}, status {outcome.status or 'none'})")
    return 0 if outcome.kind == "accepted" else 1
