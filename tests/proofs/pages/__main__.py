"""``python -m tests.proofs.pages``: look at every page; fails if there is no browser."""

import sys
from pathlib import Path

import pytest

from deploy.tools.catalog import ToolMissing
from tests.proofs.pages.browser import SCREENSHOTS, program


def main() -> int:
    """Look at the pages and say where the screenshots are."""
    try:
        program()
    except ToolMissing as missing:
        sys.exit(f"pages: {missing}")
    status = pytest.main(["-q", "--no-header", str(Path(__file__).parent)])
    screenshots = len(list(SCREENSHOTS.glob("*.png")))
    print(
        f"pages: {screenshots} screenshots in {SCREENSHOTS}; {'good' if not status else 'faults'}"
    )
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
