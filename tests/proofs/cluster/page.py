"""The commands of docs/operate.md, run as they stand there."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.provision.topics import DEPLOY
from deploy.tools import catalog
from tests.proofs.cluster.control_plane import ControlPlane, Refused

PAGE = DEPLOY.parent / "docs" / "operate.md"
# A block that names its language is for reading, or for a cluster whose nodes run something.
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
# Needs a registry, and writes into the overlay.
_NOT_HERE = "registry.example"


def blocks() -> Iterator[str]:
    """Yield each block of commands in the page's order, but for the one that needs a registry."""
    for language, found in _BLOCK.findall(PAGE.read_text()):
        if not language and _NOT_HERE not in found:
            yield found


def follow(cluster: ControlPlane) -> int:
    """Run every block, in a shell that stops at the first failure; return how many there were."""
    found = list(blocks())
    tools = catalog.place("kubectl").parent
    environment = {
        **os.environ,
        "PATH": f"{tools}:{os.environ['PATH']}",
        "KUBECONFIG": str(cluster.kubeconfig),
    }
    with TemporaryDirectory() as work:
        (Path(work) / "deploy").symlink_to(DEPLOY)
        for block in found:
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", block],
                cwd=work,
                env=environment,
                capture_output=True,
                text=True,
            )
            if done.returncode != 0:
                raise Refused(f"{PAGE.name} says\n{block}and that fails: {done.stderr.strip()}")
    return len(found)
