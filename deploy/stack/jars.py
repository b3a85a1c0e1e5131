"""
The broker's jars: downloaded once into the user's cache, verified by committed checksums.

``python -m deploy.stack.jars`` resolves the jars again and rewrites the list.
"""

import hashlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from deploy.stack.failure import StackFailed

BROKER = "org.apache.kafka:kafka_2.13:4.4.0"
# Routes the broker's log to log4j; its version must match the log4j that the broker resolves to.
LOG_BRIDGE = "org.apache.logging.log4j:log4j-slf4j-impl:2.25.5"
CHECKSUMS = Path(__file__).with_name("jars.sha256")


def cache_folder() -> Path:
    """Return the folder in the user's cache where downloads are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "continuum"


def classpath() -> str:
    """Return the broker's class path; download missing jars, refuse changed ones."""
    folder = cache_folder() / "jars"
    listed = (line.split() for line in CHECKSUMS.read_text().splitlines())
    expected = {path: checksum for checksum, path in listed}
    missing = [path for path in expected if not (folder / path).exists()]
    if missing:
        _fetch(missing, folder)
    for path, checksum in expected.items():
        if hashlib.sha256((folder / path).read_bytes()).hexdigest() != checksum:
            raise StackFailed(
                f"jars: {folder / path} is not the file that {CHECKSUMS.name} lists.\n"
                "Delete it and start again; if it fails again, do not trust the download."
            )
    return ":".join(str(folder / path) for path in expected)


def _fetch(paths: list[str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(8) as pool:
        for done, _ in enumerate(pool.map(lambda path: _fetch_one(path, folder), paths), 1):
            print(
                f"\rstack: fetching the broker's jars, {done} of {len(paths)}", end="", flush=True
            )
    print(file=sys.stderr)


def _fetch_one(path: str, folder: Path) -> None:
    from jgo.maven import MavenContext, PythonResolver

    *group, artifact, version, _ = PurePosixPath(path).parts
    # Download into a temporary folder, so that an interrupted download leaves no partial file.
    with TemporaryDirectory(dir=folder) as part:
        context = MavenContext(resolver=PythonResolver(), repo_cache=Path(part), timeout=60)
        component = context.project(".".join(group), artifact).at_version(version)
        try:
            fetched = component.artifact().resolve()
        except (OSError, RuntimeError) as error:
            raise StackFailed(
                f"jars: {artifact} {version} could not be fetched: {error}\n"
                "Is the network up? The first start needs it, later ones do not."
            ) from error
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        fetched.rename(folder / path)


def _resolve(folder: Path) -> list[Path]:
    from jgo.env import EnvironmentBuilder, LinkStrategy
    from jgo.maven import MavenContext, PythonResolver

    context = MavenContext(resolver=PythonResolver(), repo_cache=folder)
    builder = EnvironmentBuilder(
        context=context, link_strategy=LinkStrategy.HARD, cache_dir=folder.with_name("environment")
    )
    builder.from_endpoint(f"{BROKER}@kafka.Kafka")
    group, artifact, version = LOG_BRIDGE.split(":")
    context.project(group, artifact).at_version(version).artifact().resolve()
    return sorted(folder.rglob("*.jar"))


def main() -> None:
    """Resolve the broker's Maven coordinates again and rewrite the list."""
    folder = cache_folder() / "resolved" / "jars"
    lines = [
        f"{hashlib.sha256(jar.read_bytes()).hexdigest()}  {jar.relative_to(folder).as_posix()}\n"
        for jar in _resolve(folder)
    ]
    CHECKSUMS.write_text("".join(lines))
    print(f"jars: {len(lines)} listed in {CHECKSUMS.name}", file=sys.stderr)


if __name__ == "__main__":
    main()
