"""The stack under test, and a watch that restarts ended processes."""

import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.local.mail.server import mail_settings
from deploy.local.stack import Stack
from deploy.stack.failure import last_lines
from deploy.stack.processes import accepts
from tests.proofs.chaos.clocks import Clocks
from tests.proofs.chaos.disk import Disk
from tests.proofs.chaos.fault_ledger import FaultLedger
from tests.proofs.chaos.mail_trouble import MailServer
from tests.proofs.chaos.proxy import Proxy
from tests.proofs.chaos.staff import Staff

Process = tuple[str, int]
_PAUSE = 0.3
FULL_NODE = 2
"""The node of Kafka whose disk may be filled."""


class Rig:
    """
    The running stack. Faults end parts of it; the watch restarts those that are not held down.

    ``kills`` counts every SIGKILL, ``ended`` lists processes that ended unexpectedly, ``wrong``
    other violations that faults noticed.
    """

    def __init__(
        self,
        stack: Stack,
        *,
        report: Path,
        say: Callable[[str], None],
        proxy: Proxy | None = None,
        disk: Disk | None = None,
        kafka_disk: Disk | None = None,
        clocks: Clocks | None = None,
        mail: MailServer | None = None,
    ) -> None:
        self.stack = stack
        self.proxy = proxy or Proxy([])
        self.disk = disk
        self.kafka_disk = kafka_disk
        self.clocks = clocks
        self.mail = mail
        self.staff: Staff | None = None
        """Who works at the office's desk, if it runs."""
        self.say = say
        self.kills = 0
        self.ended: list[str] = []
        self.wrong: list[str] = []
        self.wanted: dict[Process, dict[str, str]] = {(each, 0): {} for each in stack.services}
        """The processes that should run, each with its additional environment."""
        self.brokers_down: set[int] = set()
        self.postgres_is_down = False
        self.programs: dict[Process, Sequence[str | Path]] = {}
        """Python commands of the processes that run another version."""
        self.fault_ledger = FaultLedger(stack.state / "injected.jsonl")
        self.held_down: set[str] = set()
        """Services whose processes are not restarted."""
        self.report = report
        self.environment = {"CONTINUUM_TEST_MODE": "1", "CONTINUUM_CRASH_REPORT": str(report)}
        self._frozen: set[Process] = set()
        self._not_before: dict[Process, float] = {}

    def launch_wanted(self) -> None:
        """Start what is not running and should be."""
        now = time.monotonic()
        for process, more in self.wanted.items():
            if process[0] in self.held_down or process in self.stack.replicas:
                continue
            if now >= self._not_before.get(process, 0):
                self._launch(process, more)

    def watch(self) -> None:
        """Check every part once; restart those that ended and are not held down."""
        for process, replica in list(self.stack.replicas.items()):
            if not replica.child.alive:
                self._note_end(process)
        self.launch_wanted()
        for number, node in enumerate(self.stack.kafka.nodes, 1):
            if not node.alive and number not in self.brokers_down:
                self.stack.kafka.restart(number)
        server = self.stack.postgres.child
        if server is not None and not server.alive and not self.postgres_is_down:
            self.stack.postgres.begin()

    def hold(self, seconds: float, during: Callable[[], None] = lambda: None) -> None:
        """Watch for a while."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            during()
            self.watch()
            time.sleep(0.1)

    def kill(self, process: Process) -> None:
        """SIGKILL a process of a service; one that is not running is left alone."""
        if process in self.stack.replicas:
            self.thaw(process)
            self.stack.kill(process[0], replica=process[1])
            self.kills += 1
            self._not_before[process] = time.monotonic() + _PAUSE

    def is_ready(self, service: str) -> bool:
        """Return whether every process of a service is ready."""
        wanted = [process for process in self.wanted if process[0] == service]
        running = [self.stack.replicas.get(process) for process in wanted]
        return all(replica is not None and replica.is_ready() for replica in running)

    def freeze(self, process: Process) -> None:
        """SIGSTOP a process of a service."""
        if process in self.stack.replicas:
            self.stack.kill(process[0], signal.SIGSTOP, replica=process[1])
            self._frozen.add(process)

    def thaw(self, process: Process) -> None:
        """Continue a frozen process."""
        if process in self._frozen:
            self._frozen.discard(process)
            self.stack.kill(process[0], signal.SIGCONT, replica=process[1])

    def dismiss(self, process: Process) -> None:
        """Stop a process with SIGTERM, and do not restart it."""
        self.wanted.pop(process, None)
        if process in self.stack.replicas:
            self.thaw(process)
            self.stack.stop_service(process[0], replica=process[1])

    def heal(self) -> None:
        """End all faults that may still be active."""
        for process in list(self._frozen):
            self.thaw(process)
        self.brokers_down.clear()
        self.held_down.clear()
        self.postgres_is_down = False
        self.proxy.mend(self.proxy.links)
        if self.mail is not None:
            self.mail.sink.trouble = None
        for disk in (self.disk, self.kafka_disk):
            if disk is not None and disk.is_full:
                disk.free()
        self.watch()

    def kafka_listens(self) -> bool:
        """Return whether as many brokers listen as a write needs: two, if there are more."""
        ports = [int(server.rpartition(":")[2]) for server in self.stack.kafka.servers]
        return sum(map(accepts, ports)) >= min(len(ports), 2)

    def kill_broker(self, number: int) -> None:
        """SIGKILL a node of Kafka (1 is the first) and hold it down."""
        self.brokers_down.add(number)
        node = self.stack.kafka.nodes[number - 1]
        if node.alive:
            node.process.kill()
            node.process.wait()
            self.kills += 1

    def end_postgres(self, sign: signal.Signals) -> None:
        """Send Postgres a signal that ends it, wait, and hold it down."""
        self.postgres_is_down = True
        server = self.stack.postgres.child
        if server is not None and server.alive:
            server.process.send_signal(sign)
            server.process.wait()
            self.kills += sign is signal.SIGKILL

    def _launch(self, process: Process, more: dict[str, str]) -> None:
        service, number = process
        clock = self.clocks.environment(service) if self.clocks else {}
        mail = self._mail_settings() if service == "notifications" else {}
        self.stack.start_service(
            service,
            replica=number,
            environment={**self.environment, **clock, **mail, **more},
            program=self.programs.get(process),
            wait=False,
        )

    def _mail_settings(self) -> dict[str, str]:
        if self.mail is None:
            return {}
        ca = self.stack.certificates.ca
        return mail_settings(port=self.mail.port, ca=ca, public_url="http://127.0.0.1:1/")

    def _note_end(self, process: Process) -> None:
        """Record the end of a process, at a crash point or unexpectedly."""
        replica = self.stack.replicas.pop(process)
        self._frozen.discard(process)
        self._not_before[process] = time.monotonic() + _PAUSE
        code = replica.child.process.returncode
        if code == -signal.SIGKILL and "CRASH_AT" in self.wanted.get(process, {}):
            self.kills += 1
            del self.wanted[process]["CRASH_AT"]
            return
        name = f"{process[0]}-{process[1]}"
        log = last_lines(replica.child.log).splitlines()[-3:]
        self.ended.append(f"{name} ended by itself with status {code}: {' | '.join(log)}")
        self.say(self.ended[-1])
