"""The participants of a run, listed in the run's own folder."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.participants import AskingAgency, asking_agencies, participants
from deploy.local.stack import Stack
from deploy.stack.failure import StackFailed
from deploy.stack.kafka import ADMIN
from deploy.stack.lock import Lock
from tests.proofs.chaos.introductions import DAY_SECONDS
from tests.proofs.chaos.load import Plan
from tests.proofs.chaos.login import login


@dataclass(frozen=True, slots=True)
class Roster:
    """All participants, the requesting agencies, and the file that lists them for the stack."""

    state: Path
    agencies: Sequence[AskingAgency]
    participants: list[dict[str, Any]]
    participants_file: Path

    def plan(
        self,
        stack: Stack,
        *,
        seed: int,
        rate: float,
        has_mail: bool = False,
        has_desk: bool = False,
        day_seconds: int = DAY_SECONDS,
    ) -> Plan:
        """
        Return a load of *rate* submissions a second by these agencies, drawn from *seed*.

        If it *has_mail*, some participants have a contact with an address. If it *has_desk*, the
        office registers its desk and a person who works there. A working day lasts *day_seconds*.
        """
        return Plan(
            settings=login(stack, ADMIN),
            everybody=self.participants,
            agencies=self.agencies,
            seed=seed,
            rate=rate,
            histories=self.state / "history",
            has_mail=has_mail,
            has_desk=has_desk,
            day_seconds=day_seconds,
        )


def prepare_roster(state: Path) -> Roster:
    """Empty the folder *state* for a new run; raise StackFailed when a run uses it."""
    if (holder := Lock(state).holder()) is not None:
        raise StackFailed(f"A run already uses {state} (process {holder}).")
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(mode=0o700, parents=True)
    agencies = asking_agencies()
    everyone = participants(agencies)
    listed = state / "participants.yaml"
    listed.write_text(yaml.safe_dump({"participants": everyone}))
    return Roster(state, agencies, everyone, listed)
