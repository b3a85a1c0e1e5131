"""``python -m tests.proofs.chaos``: inject faults under load, and judge the run."""

import argparse
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from deploy.local.rebuilding import compare_rows
from deploy.local.services import DESK
from deploy.local.stack import Stack
from deploy.stack.failure import StackFailed
from shared.contracts.services import SERVICES
from shared.process.crash_points import read_report
from shared.process.interrupts import enable_interrupts
from tests.proofs.chaos import load
from tests.proofs.chaos.clocks import Clocks
from tests.proofs.chaos.coverage import lines, shortfalls
from tests.proofs.chaos.disk import Disk, can_mount
from tests.proofs.chaos.judging import judge, record
from tests.proofs.chaos.mail_trouble import MailServer
from tests.proofs.chaos.migrations import kill_migrations
from tests.proofs.chaos.profiles import DISKS, NETWORK, PROFILES, Profile
from tests.proofs.chaos.proxy import Proxy
from tests.proofs.chaos.rig import FULL_NODE, Rig
from tests.proofs.chaos.roster import prepare_roster
from tests.proofs.chaos.run import Outcome, Run
from tests.proofs.chaos.schedule import Schedule
from tests.proofs.chaos.staff import Staff
from tests.proofs.checker.run import MAILS

_BEGUN = time.monotonic()
_CRASHES = "crash-points"


def main() -> int:
    """Run, judge, print; return 0 only if no invariant is violated and coverage suffices."""
    enable_interrupts()
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--profile", choices=PROFILES, default="smoke")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--minutes", type=float, help="of faults (default: as the profile says)")
    parser.add_argument("--kinds", help="of faults, with commas (default: as the profile says)")
    parser.add_argument("--state", type=Path, default=Path(".local/chaos"))
    asked = parser.parse_args()
    profile = PROFILES[asked.profile]
    if asked.minutes is not None:
        profile = replace(
            profile,
            minutes=asked.minutes,
            is_whole=False,
            least_requests=0,
            least_kills=0,
            least_crashes=0,
        )
    if asked.kinds is not None:
        kinds = dict.fromkeys(asked.kinds.split(","), 1)
        profile = replace(profile, kinds=kinds, least_kills=0, least_crashes=0)
    if DISKS & profile.kinds.keys() and not can_mount():
        _say(f"no kinds {', '.join(sorted(DISKS))}: only root may mount a small disk")
        kinds = {kind: often for kind, often in profile.kinds.items() if kind not in DISKS}
        profile = replace(profile, kinds=kinds)
    try:
        return _chaos(profile, seed=asked.seed, state=asked.state.resolve())
    except StackFailed as failure:
        print(f"chaos: failed. {failure}\nThe logs are in {asked.state}/logs.", file=sys.stderr)
    except KeyboardInterrupt:
        print("chaos: stopped; nothing is left running.", file=sys.stderr)
    return 1


def _say(text: str) -> None:
    print(f"[{time.monotonic() - _BEGUN:6.1f} s] {text}", flush=True)


def _chaos(profile: Profile, *, seed: int, state: Path) -> int:
    roster = prepare_roster(state)
    _say(f"seed {seed}")
    disk = Disk(state / "disk") if "disk" in profile.kinds else None
    kafka_disk = Disk(state / "kafka-disk") if "kafka_disk" in profile.kinds else None
    clocks = Clocks(state / "clocks") if "clock" in profile.kinds else None
    with (
        Stack(
            state,
            brokers=profile.brokers,
            participants=roster.participants_file,
            services=(*SERVICES, DESK) if profile.has_desk else SERVICES,
            proxied=not NETWORK.isdisjoint(profile.kinds),
            postgres_folder=disk.folder / "data" if disk else None,
            kafka_folders={FULL_NODE: kafka_disk.folder / "data"} if kafka_disk else None,
            say=_say,
        ) as stack,
        Proxy(stack.proxy_routes) as proxy,
        _mail_server(stack, profile) as mail,
    ):
        stack.start()
        stack.provision()
        stack.migrate()
        rig = Rig(
            stack,
            report=state / _CRASHES,
            say=_say,
            proxy=proxy,
            disk=disk,
            kafka_disk=kafka_disk,
            clocks=clocks,
            mail=mail,
        )
        if profile.migrations:
            _say(f"killing {profile.migrations} migrations between two steps")
        kills, wrong = kill_migrations(stack, rig.environment, times=profile.migrations)
        rig.kills += kills
        rig.launch_wanted()
        stack.wait_ready()
        plan = roster.plan(
            stack,
            seed=seed,
            rate=profile.rate,
            has_mail=profile.has_mail,
            has_desk=profile.has_desk,
            day_seconds=profile.day_seconds,
        )
        with load.running(plan) as pipe:
            _say("registering all participants")
            pipe.recv()
            _say(f"{profile.rate:.0f} submissions a second, and faults")
            with _staff(stack, profile) as rig.staff:
                outcome = Run(rig, pipe, profile).go(Schedule(seed, profile))
        stack.connection.write(state / "connection.json")
        _say("the checker records the stack")
        unrecorded = record(state)
        for service in ("routing", DESK) if profile.has_desk else ("routing",):
            _say(f"comparing the rows of {service} with the fold of the log")
            wrong = [*wrong, *compare_rows(state / "connection.json", service)]
    # Judge after the stack has stopped: a long run takes gigabytes of memory.
    _say("the checker judges")
    violations = [*wrong, *outcome.wrong, *(unrecorded or judge(state))]
    if clocks is not None:
        clocks.tidy()
    return _close(profile, rig, outcome, violations, seed=seed)


def _mail_server(stack: Stack, profile: Profile) -> AbstractContextManager[MailServer | None]:
    if not profile.has_mail:
        return nullcontext()
    folder, certificate = stack.state / MAILS, stack.certificates.server
    return MailServer(folder, port=stack.take_port(), certificate=certificate)


def _staff(stack: Stack, profile: Profile) -> AbstractContextManager[Staff | None]:
    if not profile.has_desk:
        return nullcontext()

    def addresses() -> list[str]:
        running = list(stack.replicas.values())  # another thread starts and ends them
        return [each.public for each in running if each.service == DESK and each.public]

    return Staff(addresses)


def _close(
    profile: Profile, rig: Rig, outcome: Outcome, violations: list[str], *, seed: int
) -> int:
    for violation in violations[:50]:
        print(f"chaos: violation: {violation}", file=sys.stderr)
    submitted = outcome.progress.submitted if outcome.progress else 0
    report = read_report(rig.report)
    print("\n".join(lines(report)))
    few = shortfalls(report, profile.crash_points, least=profile.least_crashes)
    if submitted < profile.least_requests:
        few.append(f"fewer than {profile.least_requests} requests")
    if rig.kills < profile.least_kills:
        few.append(f"fewer than {profile.least_kills} kills")
    if profile.is_whole:
        few += [f"no fault of kind {kind} did what it is for" for kind in outcome.missed]
    for shortfall in few:
        print(f"chaos: this run shows too little: {shortfall}", file=sys.stderr)
    print(
        f"chaos: {rig.kills} kills, {outcome.faults} faults, {submitted} requests,"
        f" {len(violations)} violations, slowest recovery {outcome.slowest:.1f} s, seed {seed}"
    )
    return 1 if violations or few else 0


if __name__ == "__main__":
    sys.exit(main())
