"""``python -m deploy.local.mail``: keep mails, and show them, until SIGTERM."""

import argparse
import asyncio
import signal
from pathlib import Path

from deploy.local.mail.pages import routes
from deploy.local.mail.sink import Sink, listen
from shared.process.http import PublicPages, Servers


async def serve(folder: Path, *, smtp_port: int, http_port: int, certificate: Path) -> None:
    """Serve SMTP and the page on loopback until SIGTERM, or until the page cannot be served."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    server = await listen(Sink(folder), port=smtp_port, certificate=certificate)
    pages = Servers()
    pages.start_public(PublicPages(routes(folder), host="127.0.0.1", port=http_port, max_age=0))
    stopping = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait([stopping, *pages.tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        server.close()
        await pages.stop()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="deploy.local.mail", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--certificate", type=Path, required=True)
    asked = parser.parse_args()
    asyncio.run(
        serve(
            asked.folder,
            smtp_port=asked.smtp_port,
            http_port=asked.http_port,
            certificate=asked.certificate,
        )
    )


if __name__ == "__main__":
    main()
