"""Bodies of forms without end, for pages of either desk."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

from tests.proofs.hostile.site import Site
from tests.proofs.office import Browser

REFUSED = frozenset({400, 403, 404, 405, 408, 413, 414, 415, 431})
_FORM = {"content-type": "application/x-www-form-urlencoded"}
_SLOW, _SLOW_SECONDS = 60, 15.0


def send_large(site: Site, path: str, *, by: Browser) -> None:
    """Send what is too large or no form at all to *path*; none of it may be taken."""
    contents = {
        "just above the limit": "a=" + "x" * 512 * 1024,
        "16 MiB": "a=" + "x" * 2**24,
        "5,000 fields": "&".join(f"f{n}=x" for n in range(5000)),
        "a NUL": "csrf=%00&a=%00",
        "no ASCII": "a=\N{SNOWMAN}",
        "no UTF-8": "csrf=%ff%fe&a=%c0%80",
        "half of a percent": "csrf=%&a=%4",
    }
    for content in contents.values():
        headers = {"origin": site.address, **_FORM}
        site.ask("POST", path, by=by, content=content.encode(), headers=headers,
                 may_be_cut=True, expected=REFUSED | {422})  # fmt: skip
    for kind in ("multipart/form-data", "application/json", "text/plain", ""):
        headers = {"origin": site.address, "content-type": kind}
        site.ask("POST", path, by=by, content=b"a=b", headers=headers, expected={415})


def send_slowly(site: Site, path: str, *, meanwhile: Callable[[], None]) -> None:
    """
    Begin requests and never end them, half of them not even their heads.

    The desk must hang up, and show pages *meanwhile*.
    """
    parts = urlsplit(site.address)
    assert parts.hostname is not None
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nOrigin: {site.address}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\nX-More: "
    )
    begun = time.monotonic()
    sockets = []
    for number in range(_SLOW):
        sockets.append(socket.create_connection((parts.hostname, parts.port or 80), timeout=5))
        sockets[-1].sendall((head if number % 2 else f"{head}\r\n\r\n").encode())
    site.count(_SLOW)
    while time.monotonic() < begun + _SLOW_SECONDS:
        for each in sockets:
            with suppress(OSError):
                each.sendall(b"a")
        meanwhile()
        time.sleep(1)  # slowly is the attack
    for each in sockets:
        each.settimeout(1)
        try:
            answer = each.recv(100)
        except TimeoutError:
            site.note("a request was waited for without end")
        except OSError:
            pass
        else:
            if answer and b" 408 " not in answer:
                site.note(f"a request without end was answered {answer[:30]!r}")
        each.close()
