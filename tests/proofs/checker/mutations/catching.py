"""Applies every mutation to a sound run and sees whether its invariant notices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from tests.proofs.checker.mutations import (
    of_actors,
    of_changes,
    of_delivery,
    of_desk,
    of_effects,
    of_injection,
    of_mails,
    of_order,
    of_releases,
    of_set_aside,
    of_submissions,
    of_tables,
)
from tests.proofs.checker.mutations.bench import Bench, Mutation
from tests.proofs.checker.run import Run
from tests.proofs.checker.verdict import judge_by

MUTATIONS: Sequence[Mutation] = (
    *of_submissions.MUTATIONS,
    *of_order.MUTATIONS,
    *of_tables.MUTATIONS,
    *of_delivery.MUTATIONS,
    *of_injection.MUTATIONS,
    *of_set_aside.MUTATIONS,
    *of_effects.MUTATIONS,
    *of_releases.MUTATIONS,
    *of_changes.MUTATIONS,
    *of_mails.MUTATIONS,
    *of_actors.MUTATIONS,
    *of_desk.MUTATIONS,
)


@dataclass(frozen=True, slots=True)
class Caught:
    """The invariant's violations for a broken run; empty if it noticed nothing."""

    mutation: Mutation
    violations: Sequence[str]
    unsound: Sequence[str] = ()


def catch_all(run: Run, *, seed: int) -> Iterator[Caught]:
    """Break *run*, which must be sound, in each way."""
    for mutation in MUTATIONS:
        yield catch(mutation, Bench(run, Random(f"{seed}/{mutation.says}")))


def catch(mutation: Mutation, bench: Bench) -> Caught:
    """Break the run on *bench* in one way."""
    if mutation.before is not None:
        mutation.before(bench)
        sound = judge_by(mutation.breaks, bench.run)
        if sound.violations or not sound.checked:
            return Caught(mutation, (), unsound=sound.violations or ["nothing to check"])
    mutation.change(bench)
    return Caught(mutation, judge_by(mutation.breaks, bench.run).violations)


def table(caught: Sequence[Caught]) -> str:
    """Return one line for each mutation, and the closing line."""
    lines = []
    for each in caught:
        found = each.violations[0] if each.violations else "NOT CAUGHT"
        if each.unsound:
            found = f"NOT CAUGHT, nor sound before: {each.unsound[0]}"
        lines.append(f"{each.mutation.breaks:4} {each.mutation.says:55} {found:.120}")
    number = sum(bool(each.violations) for each in caught)
    lines.append(f"checker: {number} of {len(caught)} mutations caught")
    return "\n".join(lines)
