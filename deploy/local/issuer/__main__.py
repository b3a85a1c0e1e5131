"""``python -m deploy.local.issuer``: let people choose who they are, until SIGTERM."""

import argparse
import asyncio
import signal

from deploy.local.issuer.server import CLIENT
from deploy.local.issuer.stand_in import StandInIssuer
from shared.process.http import Servers


async def serve(port: int) -> None:
    """Serve the issuer on loopback until SIGTERM, or until it cannot be served."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    issuer = StandInIssuer(f"http://127.0.0.1:{port}", client_id=CLIENT)
    servers = Servers()
    servers.start(issuer.app(), host="127.0.0.1", port=port)
    stopping = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait([stopping, *servers.tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        await servers.stop()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="deploy.local.issuer", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    asyncio.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
