"""The image has what the services need, and nothing of the local stack."""

import re
import subprocess
from importlib.metadata import distributions
from pathlib import Path
from zipfile import ZipFile

from deploy.image.build import REFERENCE, ROOT
from tests.proofs.image.contents import NAME, unwanted

LOCK = (ROOT / "requirements" / "run.txt").read_text()
STAND_INS = ("deploy/local/issuer/stand_in.py", "deploy/local/mail/sink.py")


def test_what_is_built_for_the_image_has_only_packages_that_run(tmp_path: Path) -> None:
    uv = ROOT / ".venv" / "bin" / "uv"
    wheel = ["build", "--quiet", "--wheel", "--no-build-isolation", "--offline"]
    own = {"VIRTUAL_ENV": str(ROOT / ".venv")}
    subprocess.run([uv, *wheel, "--out-dir", tmp_path, ROOT], check=True, env=own)
    (built,) = tmp_path.glob("*.whl")
    with ZipFile(built) as archive:
        files = archive.namelist()

    assert "services/desk/__main__.py" in files
    assert "services/desk/office/templates/sign_in.html.j2" in files
    assert list(unwanted({NAME: files}, LOCK)) == []


def test_each_list_that_a_manifest_names_is_in_the_image() -> None:
    folder = re.compile(r"=/srv/continuum/deploy/reference/(\S+)")
    base = ROOT / "deploy" / "kubernetes" / "base"

    named = {name for file in base.rglob("*.yaml") for name in folder.findall(file.read_text())}

    assert named == set(REFERENCE)
    assert all((ROOT / "deploy" / "reference" / name).is_file() for name in REFERENCE)


def test_the_stand_ins_would_be_found() -> None:
    for file in STAND_INS:
        assert (ROOT / file).exists()
        (found,) = unwanted({NAME: ["services/desk/__main__.py", file]}, LOCK)
        assert found.startswith("deploy,")


def test_what_is_installed_for_development_would_be_found() -> None:
    here: dict[str, list[str]] = {each.name: [] for each in distributions() if each.name != NAME}

    found = "\n".join(unwanted(here, LOCK))

    assert "aiosmtpd," in found
    assert "starlette," not in found
