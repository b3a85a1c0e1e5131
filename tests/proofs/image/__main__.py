"""``python -m tests.proofs.image``: build the image, test it, and print the result."""

import os
import sys
import time
from pathlib import Path

from deploy.image.build import ImageFailed, Workshop
from deploy.stack.failure import StackFailed
from deploy.tools import catalog
from shared.contracts.services import DEPLOYABLES
from shared.process.interrupts import enable_interrupts
from tests.proofs.image.proof import Proof

STATE = Path(".local") / "image"


def main() -> None:
    """Build and test the image; exit 1 if a step fails, 2 if a tool is missing."""
    enable_interrupts()
    started = time.monotonic()
    workshop = Workshop(STATE)
    try:
        for tool in catalog.needed("image"):
            catalog.place(tool.name)
        image = workshop.build(os.environ.get("BASE"))
        print(f"image: {time.monotonic() - started:.0f} s  built, {image.digest}", flush=True)
        print(f"image: what is in it: {image.bill.relative_to(Path.cwd())}", flush=True)
        Proof(workshop, STATE / "proof").run()
    except catalog.ToolMissing as error:
        print(f"image: {error}", file=sys.stderr)
        sys.exit(2)
    except (ImageFailed, StackFailed) as error:
        print(f"image: {error}", file=sys.stderr)
        sys.exit(1)
    print(
        f"image: {image.id[:12]}, {image.megabytes} MB, {len(DEPLOYABLES)} entry points start,"
        " one request end to end, both desks show their first page"
    )


if __name__ == "__main__":
    main()
