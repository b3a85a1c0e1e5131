"""All invariants over one run, and the verdict as JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.proofs.checker.actors import i25_acts_have_actors
from tests.proofs.checker.broken import i18_broken_on_purpose
from tests.proofs.checker.clocks import i22_clocks_add_up
from tests.proofs.checker.delivery import i11_conservation, i14_nothing_left_over
from tests.proofs.checker.effects import i20_applied_has_an_effect
from tests.proofs.checker.failures import i12_dead_letters_are_byte_equal, i13_parked_keys_rest
from tests.proofs.checker.findings import Findings
from tests.proofs.checker.life import i06_path_is_legal
from tests.proofs.checker.mails import i26_mails_are_decided_once
from tests.proofs.checker.metrics import i17_metrics_are_counts
from tests.proofs.checker.notices import i09_one_notice
from tests.proofs.checker.order import (
    i04_identity_and_sequence,
    i05_first_occurrences_in_order,
    i07_causes,
)
from tests.proofs.checker.owners import i08_topics_agree_with_owners
from tests.proofs.checker.privacy import i15_nobody_sees_anothers, i16_canaries_are_nowhere
from tests.proofs.checker.projections import i10_projections_are_folds
from tests.proofs.checker.releases import i24_releases_are_reruns
from tests.proofs.checker.run import Run
from tests.proofs.checker.set_aside import i19_set_aside_is_answered
from tests.proofs.checker.submissions import (
    i01_accepted_is_kept_and_announced,
    i02_refused_is_nowhere,
    i03_one_tracking_number,
)

INVARIANTS: Mapping[str, Callable[[Run], Findings]] = {
    "I1": i01_accepted_is_kept_and_announced,
    "I2": i02_refused_is_nowhere,
    "I3": i03_one_tracking_number,
    "I4": i04_identity_and_sequence,
    "I5": i05_first_occurrences_in_order,
    "I6": i06_path_is_legal,
    "I7": i07_causes,
    "I8": i08_topics_agree_with_owners,
    "I9": i09_one_notice,
    "I10": i10_projections_are_folds,
    "I11": i11_conservation,
    "I12": i12_dead_letters_are_byte_equal,
    "I13": i13_parked_keys_rest,
    "I14": i14_nothing_left_over,
    "I15": i15_nobody_sees_anothers,
    "I16": i16_canaries_are_nowhere,
    "I17": i17_metrics_are_counts,
    "I18": i18_broken_on_purpose,
    "I19": i19_set_aside_is_answered,
    "I20": i20_applied_has_an_effect,
    "I22": i22_clocks_add_up,
    "I24": i24_releases_are_reruns,
    "I25": i25_acts_have_actors,
    "I26": i26_mails_are_decided_once,
}
NOT_JUDGED = {
    "I8": "the list of sent ids, which no relay keeps yet",
    "I10": "a rebuild, which `continuum rebuild` compares by itself",
    "I24": "days from the first contact, which depend on the zone of the agency's state",
}
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Judgment:
    """What one invariant found."""

    checked: int
    violations: list[str]

    @property
    def holds(self) -> bool:
        """Whether there is no violation (true if there was nothing to check)."""
        return not self.violations


def judge(run: Run) -> dict[str, Judgment]:
    """Judge *run* by every invariant."""
    return {name: judge_by(name, run) for name in INVARIANTS}


def judge_by(name: str, run: Run) -> Judgment:
    """Judge by one invariant; unreadable data is a violation, too."""
    checked, violations = 0, []
    try:
        for finding in INVARIANTS[name](run):
            checked += 1
            if finding is not None:
                violations.append(finding)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        violations.append(f"cannot be judged: {error!r}")
    return Judgment(checked, violations)


def as_json(judgments: Mapping[str, Judgment]) -> dict[str, Any]:
    """Return the verdict; long lists of violations end with how many more there are."""
    verdict: dict[str, Any] = {}
    for name, judgment in judgments.items():
        shown = judgment.violations[:_SHOWN]
        if more := len(judgment.violations) - len(shown):
            shown.append(f"and {more} more")
        verdict[name] = {"violations": shown, "checked": judgment.checked}
        if name in NOT_JUDGED:
            verdict[name]["not_judged"] = NOT_JUDGED[name]
    return verdict


def summary(judgments: Mapping[str, Judgment]) -> str:
    """Return the closing line."""
    checked = sum(judgment.checked for judgment in judgments.values())
    violations = sum(len(judgment.violations) for judgment in judgments.values())
    nothing = [name for name, judgment in judgments.items() if judgment.checked == 0]
    text = f"checker: {len(judgments)} invariants, {checked} checked, {violations} violations"
    return f"{text}; nothing to check: {', '.join(nothing)}" if nothing else text
