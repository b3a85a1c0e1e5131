"""
Builds the image without a daemon or a registry, and writes its bill of materials (CycloneDX).

The base is a minimal Debian root with Python and no shell, made by mmdebstrap, or with
`BASE=name@digest` another image, such as a distroless or slim Python.
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
REFERENCE = ("agencies.csv.gz", "topics.yaml", "programs.yaml", "providers.yaml")
"""The lists in the image, which services read at their start."""


class ImageFailed(Exception):
    """A step failed; the text holds its command and output."""


@dataclass(frozen=True, slots=True)
class Image:
    """A built image: its id, digest and size, and the file with its bill of materials."""

    id: str
    digest: str
    megabytes: int
    bill: Path


class Workshop:
    """Builds and stores images in one folder, without other changes to the machine."""

    def __init__(self, state: Path) -> None:
        self.state = state.resolve()
        self._storage = [
            f"--root={self.state / 'storage'}",
            f"--runroot={self.state / 'running'}",
        ]

    def podman(self, *arguments: str | Path) -> list[str]:
        """Return the podman command with our storage, and options that work on any cgroups."""
        runtime = ["--runtime=runc", "--cgroup-manager=cgroupfs"]
        return [str(catalog.place("podman")), *self._storage, *runtime, *map(str, arguments)]

    def build(self, base: str | None = None) -> Image:
        """Build the image, on *base* if given, otherwise on a minimal Debian root made here."""
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
        run(self.podman("image", "prune", "--force"))  # the previous images of these names
        found = json.loads(run(self.podman("image", "inspect", IMAGE)))[0]
        return Image(
            id=found["Id"],
            digest=found["Digest"],
            megabytes=round(found["Size"] / 1_000_000),
            bill=self._bill(packages),
        )

    def _debian_root(self, packages: Path) -> str:
        """Make a Debian root and return the id of its image; write the list of its packages."""
        root = self.state / "root.tar"
        hooks = ["--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr"]
        hooks += [f"--extract-hook=ls $1/var/cache/apt/archives > {packages}"]
        what = ["--variant=extract", f"--include={PACKAGES}", *hooks]
        run(["mmdebstrap", "--quiet", *what, SUITE, str(root)])
        return run(self.podman("import", "--quiet", root, f"{IMAGE}-base")).strip()

    def _gather(self, work: Path) -> None:
        """Copy everything that the build needs into one folder."""
        uv = ROOT / ".venv" / "bin" / "uv"
        shutil.copy(uv, work / "uv")
        shutil.copy(TRUST, work / "trust.crt")
        shutil.copy(ROOT / "requirements" / "run.txt", work)
        (work / "reference").mkdir()
        for name in REFERENCE:
            shutil.copy(ROOT / "deploy" / "reference" / name, work / "reference")
        wheel = ["build", "--quiet", "--wheel", "--no-build-isolation", "--offline"]
        own = {"VIRTUAL_ENV": str(ROOT / ".venv")}
        run([str(uv), *wheel, "--out-dir", str(work), str(ROOT)], more=own)

    def _bill(self, packages: Path) -> Path:
        """Write the bill of materials: Python packages and Debian packages."""
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
    """Run *command* and return its output; raise `ImageFailed` if it fails."""
    environment = {**os.environ, **(more or {})}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise ImageFailed(f"{' '.join(command)}\n{(done.stderr or done.stdout)[-3000:]}")
    return done.stdout
