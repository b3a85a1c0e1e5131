"""The figures of a month, counted from the log by the checker itself, and how they are shown."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.proofs.checker.fold_reporting import fold
from tests.proofs.checker.log import (
    INTAKE,
    REFERENCE,
    RELEASES,
    ROUTING,
    data_of,
    firsts,
    is_tracking_number,
    moment,
    short,
)
from tests.proofs.checker.run import Body, Record, Row, Run

FEW = "10 or fewer"
_ALWAYS = datetime(1, 1, 2, tzinfo=UTC)
Place = tuple[str, str, str, str]
"""Figure, breakdown, group, measure."""
Exact = dict[tuple[str, str], Counter[str]]
_REACHED = {
    "accepted": "accepted_at", "triaged": "triaged_at", "waiting": "waiting_since",
    "offered": "first_offer_at", "assigned": "assigned_at", "in_delivery": "started_at",
    "delivered": "delivered_at", "closed": "closed_at", "ineligible": "ineligible_at",
    "referred": "referred_at", "withdrawn": "withdrawn_at",
}  # fmt: skip
_VOLUMES = {
    "offer_made": ("offers", "made"), "offer_declined": ("offers", "declined"),
    "offer_lapsed": ("offers", "lapsed"), "offer_withdrawn": ("offers", "withdrawn"),
    "engagement_opened": ("engagements", "opened"),
    "engagement_closed": ("engagements", "closed"),
    "engagement_ended": ("engagements", "ended"), "clock_missed": ("clocks", "missed"),
}  # fmt: skip
_STAGES = {
    "submission_to_acknowledgement": ("submitted_at", "accepted_at"),
    "acknowledgement_to_triage": ("accepted_at", "triaged_at"),
    "triage_to_offer": ("triaged_at", "first_offer_at"),
    "offer_to_acceptance": ("first_offer_at", "assigned_at"),
    "acceptance_to_delivery": ("assigned_at", "delivered_at"),
    "delivery_to_close": ("delivered_at", "closed_at"),
    "submission_to_acceptance": ("submitted_at", "assigned_at"),
    "submission_to_close": ("submitted_at", "closed_at"),
}
"""Without the first contact: which day that was depends on the zone of the agency's state."""
_LISTS = {"goal": "goals", "topic": "topics", "service_form": "service_forms"}
_SINGLE = {
    "program": "not_decided", "lane": "not_decided", "cri_type": "not_stated",
    "agency_class": "not_stated", "sworn_band": "not_stated", "us_state": "not_stated",
}  # fmt: skip
OVERLAPPING = frozenset(
    {"reached", "goal", "topic", "family", "service_form", "completed_by_goal"}
)
UNTOTALED = OVERLAPPING | {"event"}
_BY_PROVIDER = {
    "offer_made": "made_to", "engagement_opened": "accepted_by",
    "offer_declined": "declined_by", "offer_lapsed": "lapsed_by",
}  # fmt: skip
_STEPS = {
    ("offer_made", "offer_declined"): "offer_to_answer",
    ("offer_made", "request_referred"): "offer_to_answer",
    ("offer_made", "engagement_opened"): "offer_to_answer",
    ("engagement_opened", "engagement_progressed"): "acceptance_to_delivery",
    ("engagement_progressed", "engagement_closed"): "delivery_to_close",
}
"""What a provider did, and did next: the stage of its work that then ended."""
_DONE = frozenset(kind for step in _STEPS for kind in step)
_OF_AGENCIES = ("cri_type", "agency_class", "sworn_band", "us_state", "size")
TABLES = (
    *(("requests", name) for name in ("reached", *_SINGLE, *_LISTS, "family")),
    *(("offers", "event"), ("offers", "decline_reason"), ("engagements", "event")),
    *(("offers", name) for name in _BY_PROVIDER.values()),
    *(("engagements", "close_reason"), ("engagements", "completed_by_goal"), ("clocks", "event")),
    *(("agencies", name) for name in _OF_AGENCIES),
    *(("offers", "open_with"), ("recommendations", "area_goal")),
)
SINCE = {
    **{("offers", name): 4 for name in _BY_PROVIDER.values()},
    **{("agencies", name): 4 for name in _OF_AGENCIES},
    ("offers", "open_with"): 5,
    ("recommendations", "area_goal"): 5,
}
"""The version of the definitions that brought a table, if it is not the first one."""


@dataclass(slots=True)
class Month:
    """
    Exact counts by (figure, breakdown), and the lengths of stages by (stage, program).

    ``of_providers`` are those of providers' work, by (stage, provider).
    """

    counts: Exact = field(default_factory=dict)
    seconds: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    of_providers: dict[tuple[str, str], list[float]] = field(default_factory=dict)


def count_month(run: Run, release: Mapping[str, Any]) -> Month:
    """Count what is on the log before the positions of *release*, in its period."""
    begins, ends = moment(release["begins_at"]), moment(release["ends_at"])
    assert begins is not None
    assert ends is not None
    rows: dict[str, Row] = {}
    happened: list[Body] = []
    done: list[Body] = []
    for record, body in _read(run, release, INTAKE, ROUTING):
        if is_tracking_number(body.get("subject")):
            fold(rows, body)
            if short(body) in _VOLUMES and _within(body["time"], begins, ends):
                happened.append(body)
            if record.topic == ROUTING and _within(body["time"], _ALWAYS, ends):
                done.append(body)
    families: dict[str, list[str]] = {}
    for _, body in _read(run, release, REFERENCE):
        if short(body) == "topic_defined":
            families[data_of(body)["id"]] = data_of(body).get("families", [])
    month = Month({table: Counter() for table in TABLES})
    for row in rows.values():
        if row.get("accepted_at") is not None:
            _count_request(month, row, families, begins, ends)
    _count_volumes(month.counts, happened, rows)
    _count_agencies(month.counts, rows, begins, ends)
    _count_open(month.counts, done)
    _measure_providers(month, done, begins)
    _count_recommendations(month.counts, run, begins, ends)
    return month


def shown(count: int) -> int | str:
    """Return *count* as a release shows it."""
    return FEW if count <= 10 else (count + 5) // 10 * 10


def time_shown(seconds: list[float], measure: str) -> int | str:
    """Return the percentile *measure* of *seconds* as a release shows it: half days, in hours."""
    if len(seconds) <= 10:
        return "not shown"
    ordered = sorted(seconds)
    place = (len(ordered) - 1) * {"p50": 0.5, "p90": 0.9}[measure]
    below, above = ordered[math.floor(place)], ordered[math.ceil(place)]
    return math.floor((below + (above - below) * (place % 1)) / 43_200 + 0.5) * 12


def expected(figures: Iterable[Mapping[str, Any]], month: Month) -> Iterator[tuple[Place, Any]]:
    """Yield what each of *figures* must show; nothing for those that are not judged."""
    listed: dict[tuple[str, str], set[str]] = {}
    figures = list(figures)
    for each in figures:
        listed.setdefault((each["figure"], each["breakdown"]), set()).add(each["group"])
    for each in figures:
        figure, breakdown, group = each["figure"], each["breakdown"], each["group"]
        place, table = (figure, breakdown, group, each["measure"]), (figure, breakdown)
        if breakdown == "provider":
            yield place, _of_provider(month, figure, group)
        elif figure in _STAGES:
            yield place, time_shown(month.seconds.get((figure, group), []), each["measure"])
        elif table in month.counts:
            yield place, _cell(month.counts[table], group, listed[table])


def _of_provider(month: Month, figure: str, provider: str) -> int | str:
    if figure != "offers":
        return time_shown(month.of_providers.get((figure, provider), []), "p50")
    made, accepted = (
        shown(month.counts["offers", name][provider]) for name in ("made_to", "accepted_by")
    )
    if isinstance(made, str) or isinstance(accepted, str):
        return "not shown"
    return math.floor(10 * made / accepted + 0.5)


def _cell(counts: Counter[str], group: str, listed: set[str]) -> int | str:
    if group == "all":
        parts = [_cell(counts, each, listed) for each in listed - {"all"}]
        return sum(part for part in parts if isinstance(part, int)) or f"{FEW} in each"
    if group in ("not_stated", "not_decided"):
        return shown(sum(n for name, n in counts.items() if name == group or name not in listed))
    return shown(counts[group])


def _read(run: Run, release: Mapping[str, Any], *topics: str) -> Iterator[tuple[Record, Body]]:
    ends = {(p["topic"], p["partition"]): p["next_offset"] for p in release["positions"]}
    left_out = set(release.get("left_out", ()))
    for record, body in firsts(run, *topics):
        counted = record.offset < ends.get((record.topic, record.partition), 0)
        if counted and record.place not in left_out:
            yield record, body


def _within(at: Any, begins: datetime, ends: datetime) -> bool:
    found = moment(at)
    return found is not None and begins <= found < ends


def _count_request(
    month: Month,
    row: Row,
    families: Mapping[str, list[str]],
    begins: datetime,
    ends: datetime,
) -> None:
    counts = month.counts
    for name, column in _REACHED.items():
        counts["requests", "reached"][name] += _within(row.get(column), begins, ends)
    for stage, (first, last) in _STAGES.items():
        start, end = moment(row.get(first)), moment(row.get(last))
        if start is not None and end is not None and begins <= end < ends:
            for group in ("all", row.get("program", "not_decided")):
                found = month.seconds.setdefault((stage, group), [])
                found.append((end - start).total_seconds())
    if not _within(row["accepted_at"], begins, ends):
        return
    for breakdown, nothing in _SINGLE.items():
        counts["requests", breakdown][row.get(breakdown) or nothing] += 1
    for breakdown, column in _LISTS.items():
        counts["requests", breakdown].update(row.get(column) or ["not_stated"])
    topics = row.get("topics") or []
    own = {family for topic in topics for family in families.get(topic, []) or ["not_stated"]}
    counts["requests", "family"].update(own or {"not_stated"})


def _count_agencies(
    counts: Exact, rows: Mapping[str, Row], begins: datetime, ends: datetime
) -> None:
    found: set[tuple[str, str, str]] = set()
    for row in rows.values():
        if row.get("accepted_at") is not None and _within(row.get("assigned_at"), begins, ends):
            band = row.get("sworn_band")
            size = "under_50" if band in ("0", "1-9", "10-49") else "50_and_more"
            groups = {**row, "size": size if band else None}
            found |= {
                (name, groups.get(name) or "not_stated", row["agency"]) for name in _OF_AGENCIES
            }
    for name, group, _ in found:
        counts["agencies", name][group] += 1


def _count_volumes(counts: Exact, happened: list[Body], rows: Mapping[str, Row]) -> None:
    for body in happened:
        kind, reason = short(body), data_of(body).get("reason") or "not_stated"
        unit, name = _VOLUMES[kind]
        counts[unit, "event"][name] += 1
        if kind in _BY_PROVIDER:
            provider = data_of(body).get("provider") or "not_stated"
            counts["offers", _BY_PROVIDER[kind]][provider] += 1
        if kind == "offer_declined":
            counts["offers", "decline_reason"][reason] += 1
        if kind in ("engagement_closed", "engagement_ended"):
            counts["engagements", "close_reason"][reason] += 1
        if kind == "engagement_closed" and reason == "completed":
            goals = rows[body["subject"]].get("goals") or ["not_stated"]
            counts["engagements", "completed_by_goal"].update(goals)


def _count_open(counts: Exact, done: list[Body]) -> None:
    """Count the offers that are open after everything that was *done*, in its order."""
    asked: dict[str, str] = {}
    for body in done:
        if short(body) == "offer_made":
            asked[body["subject"]] = data_of(body)["provider"]
        elif data_of(body).get("status") not in (None, "offered"):
            asked.pop(body["subject"], None)
    counts["offers", "open_with"].update(asked.values())


def _measure_providers(month: Month, done: list[Body], begins: datetime) -> None:
    last: dict[tuple[str, str], tuple[str, datetime]] = {}
    for body in done:
        kind, data = short(body), data_of(body)
        counts = {
            "request_referred": data.get("reason") == "countered",
            "engagement_progressed": data.get("milestone") == "delivered",
        }
        if data.get("provider") is None or not counts.get(kind, kind in _DONE):
            continue
        about, at = (body["subject"], data["provider"]), moment(body["time"])
        assert at is not None
        before, since = last.get(about, ("", at))
        stage = _STEPS.get((before, kind))
        if stage is not None and at >= begins:
            found = month.of_providers.setdefault((stage, data["provider"]), [])
            found.append((at - since).total_seconds())
        last[about] = (kind, at)


def _count_recommendations(counts: Exact, run: Run, begins: datetime, ends: datetime) -> None:
    known: set[tuple[str, str]] = set()
    for _, body in firsts(run, RELEASES):
        if short(body) != "report_published":
            continue
        for area in data_of(body)["body"]["focus_areas"]:
            for finding in area["findings"]:
                for each in finding["recommendations"]:
                    place = (body["subject"], each["number"])
                    if place not in known and _within(body["time"], begins, ends):
                        goal = area.get("goal") or "not_stated"
                        counts["recommendations", "area_goal"][goal] += 1
                    known.add(place)
