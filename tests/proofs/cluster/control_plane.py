"""
etcd, kube-apiserver, controller manager, scheduler; and kwok, which simulates the nodes.

Admission, scheduling, rollouts and drains are real. There is no kubelet: no image is pulled, no
probe runs, and network policies have no effect.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType

from deploy.stack import processes
from deploy.tools import catalog

NODES = 3
_USERS = {
    "admin": "system:masters",
    "system:kube-controller-manager": "",
    "system:kube-scheduler": "",
}


class Refused(Exception):
    """Kubernetes or kubectl reported an error; the text holds its output."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a kubectl command."""

    status: int
    output: str
    errors: str


class ControlPlane:
    """A cluster in the folder ``state``, as a context manager that removes it at the end."""

    def __init__(self, state: Path) -> None:
        self.state = state.resolve()
        self._children: list[processes.Child] = []

    def __enter__(self) -> "ControlPlane":
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir(parents=True, mode=0o700)
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop all processes in reverse order of their start."""
        for child in reversed(self._children):
            processes.stop([child], sign=signal.SIGTERM, within=10)
        self._children.clear()

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""
        return self._kubeconfigs["admin"]

    def ask(self, *arguments: str | Path, given: str = "") -> Answer:
        """Run kubectl as the administrator, with *given* as its input."""
        done = subprocess.run(
            [catalog.place("kubectl"), *map(str, arguments)],
            input=given,
            capture_output=True,
            text=True,
            env={**os.environ, "KUBECONFIG": str(self.kubeconfig)},
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def tell(self, *arguments: str | Path, given: str = "") -> str:
        """Run kubectl and return its output; raise `Refused` if it failed."""
        answer = self.ask(*arguments, given=given)
        if answer.status != 0:
            what = " ".join(map(str, arguments))
            raise Refused(f"kubectl {what}: {(answer.errors or answer.output).strip()}")
        return answer.output

    def _start(self) -> None:
        self._run("etcd", *self._etcd_flags)
        api = self._run("kube-apiserver", *self._api_flags)
        ready = ("get", "--raw=/readyz")
        processes.wait_until(
            lambda: self.ask(*ready).status == 0,
            what="kube-apiserver",
            children=[*self._children, api],
            within=120,
        )
        own = ("--leader-elect=false", "--secure-port=0")
        manager = self._kubeconfigs["system:kube-controller-manager"]
        self._run(
            "kube-controller-manager",
            *own,
            f"--kubeconfig={manager}",
            "--use-service-account-credentials=true",
            f"--service-account-private-key-file={self._key}",
            f"--root-ca-file={self._authority}",
        )
        scheduler = self._kubeconfigs["system:kube-scheduler"]
        self._run("kube-scheduler", *own, f"--kubeconfig={scheduler}")
        self._run(
            "kwok",
            f"--kubeconfig={self.kubeconfig}",
            f"--config={self._stages}",
            "--manage-all-nodes=true",
            "--node-ip=127.0.0.1",
            "--node-lease-duration-seconds=40",
        )
        self.tell("apply", "--server-side", "-f", "-", given=json.dumps(nodes()))
        self.tell("wait", "--for=condition=Ready", "--timeout=60s", "nodes", "--all")

    def _run(self, program: str, *flags: str) -> processes.Child:
        log = self.state / f"{program}.log"
        child = processes.start(program, [catalog.place(program), *flags], log=log)
        self._children.append(child)
        return child

    @cached_property
    def _ports(self) -> Sequence[int]:
        ports = processes.Ports()
        return [ports.take() for _ in range(3)]

    @cached_property
    def _etcd_flags(self) -> list[str]:
        clients, peers = (f"http://127.0.0.1:{port}" for port in self._ports[:2])
        return [
            "--name=only",
            f"--data-dir={self.state / 'etcd'}",
            "--unsafe-no-fsync",
            "--log-level=warn",
            f"--listen-client-urls={clients}",
            f"--advertise-client-urls={clients}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=only={peers}",
        ]

    @cached_property
    def _api_flags(self) -> list[str]:
        lines = [f'{token},{user},{user},"{_USERS[user]}"' for user, token in self._tokens.items()]
        tokens = self.state / "tokens.csv"
        tokens.write_text("\n".join(lines) + "\n")
        return [
            f"--etcd-servers=http://127.0.0.1:{self._ports[0]}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={self._ports[2]}",
            "--endpoint-reconciler-type=none",
            f"--cert-dir={self._authority.parent}",
            f"--token-auth-file={tokens}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self._key}",
            f"--service-account-signing-key-file={self._key}",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--authorization-mode=Node,RBAC",
            "--anonymous-auth=false",
            "--enable-admission-plugins=NodeRestriction",
        ]

    @cached_property
    def _tokens(self) -> dict[str, str]:
        return {user: secrets.token_hex(16) for user in _USERS}

    @cached_property
    def _kubeconfigs(self) -> dict[str, Path]:
        made = {}
        for user, token in self._tokens.items():
            made[user] = self.state / f"{user.replace(':', '-')}.kubeconfig"
            server = f"https://127.0.0.1:{self._ports[2]}"
            authority = {"server": server, "certificate-authority": str(self._authority)}
            content = {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "here", "cluster": authority}],
                "users": [{"name": user, "user": {"token": token}}],
                "contexts": [{"name": "here", "context": {"cluster": "here", "user": user}}],
                "current-context": "here",
            }
            made[user].write_text(json.dumps(content))
        return made

    @property
    def _authority(self) -> Path:
        """The certificate that kube-apiserver makes for itself."""
        return self.state / "certificates" / "apiserver.crt"

    @cached_property
    def _key(self) -> Path:
        key = self.state / "accounts.key"
        command = ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out"]
        subprocess.run([*command, str(key)], check=True)
        return key

    @cached_property
    def _stages(self) -> Path:
        """The file that tells kwok how to simulate nodes and pods."""
        whole = self.state / "stages.yaml"
        parts = sorted(catalog.place("kwok-stages").glob("*.yaml"))
        whole.write_text("\n---\n".join(part.read_text() for part in parts))
        return whole


def nodes() -> dict[str, object]:
    """Return the nodes that kwok simulates, each in its own zone."""
    items = [
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": f"node-{number}",
                "annotations": {"kwok.x-k8s.io/node": "fake"},
                "labels": {
                    "kubernetes.io/hostname": f"node-{number}",
                    "topology.kubernetes.io/zone": f"zone-{number}",
                },
            },
        }
        for number in range(NODES)
    ]
    return {"apiVersion": "v1", "kind": "List", "items": items}
