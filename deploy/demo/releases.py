"""Checks the monthly releases from outside: the public page, and the log."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

_MONTH = re.compile(r'href="/releases/(\d{4}-\d\d)"')


def check_releases(public: str, connection: Path, *, months: int | None = None) -> list[str]:
    """
    Print how many months are published and rerun to the same hash; return what is wrong.

    It is wrong, too, if *months* is given and another number is published.
    """
    found = sorted(set(_MONTH.findall(_get(public, "/"))))
    wrong = [each for month in found for each in _wrong_in(public, month, connection)]
    equal = "each" if not wrong else "not each"
    outcome = f"{equal} rerun to the same hash" if found else "none has ended"
    print(f"releases: {len(found)} months; {outcome}")
    if months not in (None, len(found)):
        wrong.append(f"{len(found)} months are published, not {months}")
    return wrong


def _wrong_in(public: str, month: str, connection: Path) -> list[str]:
    published = json.loads(_get(public, f"/releases/{month}.json"))
    text = json.dumps(
        published["release"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    wrong = []
    if hashlib.sha256(text.encode()).hexdigest() != published["sha256"]:
        wrong.append(f"release {month}: the hash is not that of the JSON")
    command = [sys.executable, "-m", "continuum", "figures", "rerun", month]
    done = subprocess.run(
        [*command, "--connection", str(connection)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0 or published["sha256"] not in done.stdout:
        lines = [*done.stdout.splitlines(), *done.stderr.splitlines()]
        wrong += [f"release {month}: {line}" for line in lines if line]
    return wrong


def _get(public: str, path: str) -> str:
    with urlopen(public + path, timeout=10) as answer:
        text: str = answer.read().decode()
    return text
