"""``continuum why|status|resume``: reads the services' databases with the operator's access."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from continuum import resume, status, why
from continuum.access import Access, NotPossible

EXAMPLES = """\
examples:
  continuum why CRI-2026-000042-K         the story of a request, event by event
  continuum status                        what waits, since when, for whom
  continuum resume routing                what would be cleared so that routing goes on
  continuum resume routing --yes          clear it
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 not possible (and why), 2 wrong usage."""
    parsed = _parser().parse_args(arguments)
    try:
        access = Access.read(parsed.connection)
        lines = asyncio.run(_run(parsed, access))
    except NotPossible as reason:
        sys.exit(f"continuum: {reason}")
    print("\n".join(lines))


async def _run(parsed: argparse.Namespace, access: Access) -> list[str]:
    if parsed.verb == "why":
        return await why.tell(access, parsed.tracking_number)
    if parsed.verb == "status":
        return await status.tell(access)
    return await resume.clear(access, parsed.service, yes=parsed.yes)


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--connection",
        type=Path,
        default=Path(".local/connection.json"),
        metavar="FILE",
        help="where the databases are (default: %(default)s, written by `make up`)",
    )
    parser = argparse.ArgumentParser(
        prog="continuum",
        description="Tells operators what became of a request, and what waits.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    asked = verbs.add_parser(
        "why", parents=[shared], help="tell a request's story with every decision's reasons"
    )
    asked.add_argument("tracking_number", help="such as CRI-2026-000042-K")
    verbs.add_parser(
        "status", parents=[shared], help="tell what waits, since when and for whom; what is stuck"
    )
    cleared = verbs.add_parser(
        "resume", parents=[shared], help="let a service go on that stopped over failing decisions"
    )
    cleared.add_argument("service", help="intake, routing, notifications or reporting")
    cleared.add_argument("--yes", action="store_true", help="do it; without it, only say what")
    return parser


if __name__ == "__main__":
    main()
