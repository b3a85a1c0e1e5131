"""Runs the commands of docs/operate.md unchanged."""

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
# A block with a language is an example, or needs a cluster whose nodes run pods.
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
# A block with this name needs a registry, and changes the overlay.
_NOT_HERE = "registry.example"


def blocks() -> Iterator[str]:
    """Yield each block of commands in order, without the one that needs a registry."""
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
