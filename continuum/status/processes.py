"""Queries the readiness of every process of every service."""

import asyncio
import json
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from continuum.access import NotPossible
from continuum.status.observation import Process, Unavailable
from shared.contracts.services import DEPLOYABLES, SERVICES

SECONDS = 2.0
Addresses = Mapping[str, Sequence[str]]


def read_addresses(connection: Path) -> Addresses:
    """
    Return service → the addresses of its probes, from the connection file.

    One name may resolve to many processes (a headless Service); `ask` queries each of them.
    """
    try:
        known = json.loads(connection.read_text(encoding="utf-8"))
        probes = known.get("probes", {})
        return {
            name: list(probes.get(name, ()))
            for name in DEPLOYABLES
            if name in SERVICES or name in probes
        }
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise NotPossible(
            f"{connection} cannot be read ({type(error).__name__}). Start the stack with"
            " `make up`, or name the file with --connection FILE."
        ) from error


async def ask(addresses: Addresses) -> Mapping[str, Sequence[Process] | Unavailable]:
    """Query all processes concurrently."""
    found = await asyncio.gather(*(_ask(name, urls) for name, urls in addresses.items()))
    return dict(zip(addresses, found, strict=True))


async def _ask(service: str, urls: Sequence[str]) -> Sequence[Process] | Unavailable:
    if not urls:
        return Unavailable("no process of it is known to the connection file")
    each: list[str] = []
    for url in urls:
        try:
            async with asyncio.timeout(SECONDS):
                each += await asyncio.to_thread(_resolved, url)
        except TimeoutError:
            return Unavailable(f"the name {url} was not resolved in {SECONDS:.0f} s")
    if not each:
        return Unavailable(f"no process of it is at {', '.join(urls)}")
    return await asyncio.gather(*(asyncio.to_thread(_ready, service, url) for url in each))


def _resolved(url: str) -> list[str]:
    """Return the URL of each process that the host name of *url* resolves to."""
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port, type=socket.SOCK_STREAM)
    except socket.gaierror:
        return []
    hosts = sorted({str(address[0]) for *_, address in found})
    return [f"{parts.scheme}://{f'[{h}]' if ':' in h else h}:{parts.port}" for h in hosts]


def _ready(service: str, url: str) -> Process:
    try:
        with urlopen(f"{url}/ready", timeout=SECONDS) as answer:
            return Process(service, url, "ready", answer.read(10_000).decode().strip())
    except HTTPError as error:
        with error:
            return Process(service, url, "not ready", error.read(10_000).decode().strip())
    except URLError as error:
        if isinstance(error.reason, ConnectionRefusedError):
            return Process(service, url, "not running", "nothing listens there")
        return Process(service, url, "no answer", str(error.reason))
    except OSError as error:
        return Process(service, url, "no answer", str(error) or type(error).__name__)
