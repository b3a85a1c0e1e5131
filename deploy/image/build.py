"""
Builds the image without a daemon and without a registry, and says what is in it (CycloneDX).

The base is a minimal Debian root with Python and no shell, made by mmdebstrap; `BASE=name@digest`
takes another, such as a distroless or slim Python.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from deploy.tools import catalog

ROOT = Path(__file__).parents[2]
SUITE = "bookworm"
PACKAGES = "python3,libpython3-stdlib"
TRUST = Path("/etc/ssl/certs/ca-certificates.crt")
IMAGE = "continuum"


class ImageFailed(Exception):
    """A step failed; the text says which, and what it printed."""


@dataclass(frozen=True, slots=True)
class Image:
    """What was built: its id, its size, the file that says what is in it."""

    id: str
    digest: str
    megabytes: int
    bill: Path


class Workshop:
    """Where images are made and kept: a folder of our own, nothing else on the machine changes."""

    def __init__(self, state: Path) -> None:
        self.state = state.resolve()
        self._storage = [
            f"--root={self.state / 'storage'}",
            f"--runroot={self.state / 'running'}",
        ]

    def podman(self, *arguments: str | Path) -> list[str]:
        """Return the command line of podman with our storage, as it works on any cgroups."""
        runtime = ["--runtime=runc", "--cgroup-manager=cgroupfs"]
        return [str(catalog.place("podman")), *self._storage, *runtime, *map(str, arguments)]

    def build(self, base: str | None = None) -> Image:
        """Make the image; *base* instead of a Debian root made here."""
        work = self.state / "work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        packages = self.state / "packages.txt"
        if base is None:
            base = self._debian_root(packages)
        else:
            packages.write_text("")
        self._gather(work)
        names = ["--tag", IMAGE, "--build-arg", f"BASE={base}", "--pull-never"]
        file = ["--file", str(ROOT / "deploy" / "image" / "Containerfile")]
        how = ["--isolation=chroot", "--format=oci", *names, *file]
        run(["buildah", *self._storage, "build", *how, str(work)])
        run(self.podman("image", "prune", "--force"))  # what the names stood for before
        found = json.loads(run(self.podman("image", "inspect", IMAGE)))[0]
        return Image(
            id=found["Id"],
            digest=found["Digest"],
            megabytes=round(found["Size"] / 1_000_000),
            bill=self._bill(packages),
        )

    def _debian_root(self, packages: Path) -> str:
        """Make a root and return the id of its image; note which packages it is made of."""
        root = self.state / "root.tar"
        hooks = ["--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr"]
        hooks += [f"--extract-hook=ls $1/var/cache/apt/archives > {packages}"]
        what = ["--variant=extract", f"--include={PACKAGES}", *hooks]
        run(["mmdebstrap", "--quiet", *what, SUITE, str(root)])
        return run(self.podman("import", "--quiet", root, f"{IMAGE}-base")).strip()

    def _gather(self, work: Path) -> None:
        """Put into one folder what the build may see, and nothing else."""
        uv = ROOT / ".venv" / "bin" / "uv"
        shutil.copy(uv, work / "uv")
        shutil.copy(TRUST, work / "trust.crt")
        shutil.copy(ROOT / "requirements" / "run.txt", work)
        shutil.copy(ROOT / "deploy" / "reference" / "agencies.csv.gz", work)
        wheel = ["build", "--quiet", "--wheel", "--no-build-isolation", "--offline"]
        own = {"VIRTUAL_ENV": str(ROOT / ".venv")}
        run([str(uv), *wheel, "--out-dir", str(work), str(ROOT)], more=own)

    def _bill(self, packages: Path) -> Path:
        """Write what the image is made of: Python's packages, and Debian's below them."""
        command = [str(catalog.place("cyclonedx-bom")), "requirements", "--output-reproducible"]
        command += ["--pyproject", str(ROOT / "pyproject.toml")]
        content = json.loads(run([*command, str(ROOT / "requirements" / "run.txt")]))
        content["components"] += [
            {
                "type": "library",
                "bom-ref": f"debian:{name}",
                "name": name,
                "version": version,
                "purl": f"pkg:deb/debian/{name}@{version}?arch={architecture}&distro={SUITE}",
            }
            for name, version, architecture in map(_parts, _files(packages))
        ]
        bill = self.state / "bill-of-materials.json"
        bill.write_text(json.dumps(content, indent=2) + "\n")
        return bill


def _files(packages: Path) -> list[str]:
    return [file for file in packages.read_text().split() if file.endswith(".deb")]


def _parts(file: str) -> tuple[str, str, str]:
    """Return name, version and architecture of a package's file."""
    name, version, architecture = unquote(file).removesuffix(".deb").split("_")
    return name, version, architecture


def run(command: Sequence[str], *, more: dict[str, str] | None = None) -> str:
    """Run to the end and return what it printed."""
    environment = {**os.environ, **(more or {})}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise ImageFailed(f"{' '.join(command)}\n{(done.stderr or done.stdout)[-3000:]}")
    return done.stdout
