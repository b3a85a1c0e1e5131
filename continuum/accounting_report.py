"""Renders the account of all facts: a table by effect, then the missing effects. Pure."""

from collections.abc import Iterable, Mapping

from continuum.accounting_effects import AT_RISK, Account, Missing

_SHOWN = 20
_LOST = (
    "Lost: no answer follows any more. The act was deleted before intake read it, or its answer",
    "before the desk read it. Look at what each is about: if the act had no effect, do it again.",
)


def render(account: Account, why: Mapping[str, str]) -> list[str]:
    """Return the table of effects, the missing and lost ones, and a summary line."""
    unaccounted = account.unaccounted
    lines = [f"  {'effect':26}{'expected':>10}{'missing':>10}"]
    for effect in AT_RISK:
        lines.append(f"  {effect:26}{account.expected[effect]:10,}{unaccounted[effect]:10,}")
    for effect, sentence in AT_RISK.items():
        missing = [each for each in account.missing if each.effect == effect]
        if missing:
            lines += ["", f"Not {effect}, at risk: {sentence}", *_some(missing, why)]
    if account.lost:
        lines += ["", *_LOST, *_some(account.lost, {})]
    effects = sum(account.expected.values())
    lost = f", {len(account.lost)} lost" if account.lost else ""
    return [
        *lines,
        "",
        f"accounting: {account.facts} facts, {effects} effects expected,"
        f" {sum(unaccounted.values())} unaccounted{lost}",
    ]


def _some(missing: list[Missing], why: Mapping[str, str]) -> Iterable[str]:
    for each in missing[:_SHOWN]:
        parts = [each.about, each.whom, why.get(each.subject, "")]
        yield "  " + "; ".join(part for part in parts if part)
    if len(missing) > _SHOWN:
        yield f"  … and {len(missing) - _SHOWN:,} more"
