"""What may be in the image: the packages of the lock for running, and ours that run."""

import re
from collections.abc import Collection, Iterator, Mapping

OURS = frozenset({"continuum", "services", "shared"})
"""Our packages in the image; the stand-ins for issuer and mail server are in `deploy`."""
NAME = "continuum"
LIST = (
    "import json\n"
    "from importlib.metadata import distributions\n"
    "print(json.dumps({each.name: list(map(str, each.files)) for each in distributions()}))"
)
"""Prints the files of each installed package."""
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==", re.M)
_DASHES = re.compile(r"[-_.]+")


def unwanted(files: Mapping[str, Collection[str]], lock: str) -> Iterator[str]:
    """Yield each package of *files* that is not in *lock*, and what of ours is not for running."""
    locked = {_plain(name) for name in _LOCKED.findall(lock)}
    for name, own in sorted(files.items()):
        if _plain(name) == NAME:
            tops = {file.partition("/")[0] for file in own if not file.startswith("../")}
            for top in sorted(tops - OURS):
                if not top.endswith(".dist-info"):
                    yield f"{top}, which is ours and not for running"
        elif _plain(name) not in locked:
            yield f"{name}, which requirements/run.txt does not name"


def _plain(name: str) -> str:
    """Return the name of a package as PEP 503 compares it."""
    return _DASHES.sub("-", name).lower()
