"""What a release says of exact counts, and that its hash is that of its canonical JSON."""

import json
from datetime import UTC, datetime
from functools import reduce
from hashlib import sha256

from services.reporting.figures import OLDEST, Count, Durations, Volumes
from services.reporting.gate import FEW, FEW_EACH, NOT_SHOWN
from services.reporting.release import (
    Counted,
    digest,
    is_known,
    release_published,
    released_figures,
    tables,
    tables_in,
)
from shared.catalog.catalog import Catalog, with_entry
from shared.contracts.reference import GOALS, Program, Provider, TopicOfHelp
from shared.contracts.reporting import LogPosition, Release, ReleasedFigure

NOW = datetime(2026, 7, 3, 4, tzinfo=UTC)
NOTHING = Counted(requests=[], reached={}, volumes=[], durations=[])


def catalog() -> Catalog:
    program = Program(id="cri-tac", name="Technical Assistance", status="open")
    topic = TopicOfHelp(id="hiring", name="Hiring", families=["general", "sheriff"])
    return with_entry(with_entry(Catalog(), 1, program), 2, topic)


def counted(*counts: tuple[str, str, int]) -> Counted:
    return Counted([Count(*count) for count in counts], {}, [], [])


def cells(counts: Counted) -> dict[tuple[str, str, str, str], ReleasedFigure]:
    found = released_figures(counts, catalog(), tables(catalog()))
    keys = [(f.figure, f.breakdown, f.group, f.measure) for f in found]
    assert len(set(keys)) == len(keys)
    return dict(zip(keys, found, strict=True))


def test_e81_the_states_of_a_month_are_rounded() -> None:
    found = cells(counted(("us_state", "US-CA", 57), ("us_state", "US-NB", 4)))

    states = [found["requests", "us_state", f"US-{code}", "count"] for code in ("CA", "NY", "AK")]
    assert [state.value for state in states] == [60, FEW, FEW]
    assert [state.name for state in states] == ["California", "New York", "Alaska"]
    assert found["requests", "us_state", "not_stated", "count"].value == FEW
    assert found["requests", "us_state", "all", "count"].value == 60


def test_e86_a_request_counts_in_each_of_its_goals_and_the_table_says_so() -> None:
    found = cells(counted(("all", "all", 20), ("goal", "trust", 20), ("goal", "wellness", 20)))

    goals = {goal: found["requests", "goal", goal, "count"] for goal in (*GOALS, "not_stated")}
    assert {goal: figure.value for goal, figure in goals.items() if figure.value != FEW} == {
        "trust": 20,
        "wellness": 20,
    }
    assert all(figure.overlaps for figure in goals.values())
    assert ("requests", "goal", "all", "count") not in found


def test_a_month_in_which_nothing_happened_looks_like_one_of_few() -> None:
    nothing, few = cells(NOTHING), cells(counted(("program", "cri-tac", 10)))

    assert nothing == few
    assert nothing["requests", "program", "all", "count"].value == FEW_EACH


def test_names_stand_where_ids_stood() -> None:
    found = cells(NOTHING)

    assert found["requests", "topic", "hiring", "count"].name == "Hiring"
    assert found["requests", "lane", "cri-tac.urgent", "count"].name == (
        "Technical Assistance, urgent"
    )
    assert {group for _, breakdown, group, _ in found if breakdown == "family"} == {
        "general",
        "sheriff",
        "not_stated",
    }


def test_units_never_mix() -> None:
    rows = [Volumes("offers", "event", "made", 104), Volumes("engagements", "event", "closed", 31)]
    found = cells(Counted([], {"accepted": 52}, rows, []))

    assert found["requests", "reached", "accepted", "count"].value == 50
    assert found["offers", "event", "made", "count"].value == 100
    assert found["engagements", "event", "closed", "count"].value == 30
    assert {f.unit for f in found.values()} == {
        "requests", "offers", "engagements", "clocks", "agencies", "recommendations", "hours",
    }  # fmt: skip


def test_an_engagement_that_ended_is_not_one_that_was_closed() -> None:
    rows = [
        Volumes("engagements", "event", name, count)
        for name, count in (("closed", 31), ("ended", 22))
    ]
    found = cells(Counted([], {}, rows, []))

    assert found["engagements", "event", "closed", "count"].value == 30
    assert found["engagements", "event", "ended", "count"].value == 20


def test_times_stand_on_more_than_ten_requests() -> None:
    rows = [
        Durations("triage_to_offer", "all", "all", 11, 100_000, 200_000),
        Durations("triage_to_offer", "program", "cri-tac", 10, 1, 2),
    ]
    found = cells(Counted([], {}, [], rows))

    assert found["triage_to_offer", "all", "all", "p50"].value == 24
    assert found["triage_to_offer", "all", "all", "p90"].value == 60
    assert found["triage_to_offer", "program", "cri-tac", "p90"].value == NOT_SHOWN
    assert found["delivery_to_close", "all", "all", "p50"].value == NOT_SHOWN


def release(counts: Counted = NOTHING, known: Catalog | None = None) -> Release:
    known = known or catalog()
    return Release(
        month="2026-06",
        zone="America/New_York",
        begins_at=datetime(2026, 6, 1, 4, tzinfo=UTC),
        ends_at=datetime(2026, 7, 1, 4, tzinfo=UTC),
        as_of=NOW,
        definitions={"figures": 5, "gate": 1},
        list_year="2025",
        positions=[LogPosition(topic="cri.int.intake.v1", partition=0, next_offset=7)],
        figures=released_figures(counts, known, tables(known)),
    )


def test_the_hash_is_that_of_the_canonical_json_that_is_published() -> None:
    event = release_published(release(), at=NOW, number=1)

    published = json.loads(event.encode())["data"]
    text = json.dumps(
        published["release"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert published["sha256"] == sha256(text.encode()).hexdigest()


def test_e82_the_hash_tells_a_change_that_is_seen_from_one_that_is_not() -> None:
    before, unseen, seen = (
        digest(release(counted(("program", "cri-tac", count)))) for count in (57, 58, 66)
    )

    assert before == unseen != seen


def test_every_process_would_publish_a_month_under_the_same_id() -> None:
    one = release_published(release(), at=NOW, number=1)
    other = release_published(release(counted(("all", "all", 50))), at=NOW, number=1)

    assert one.id == other.id
    assert (one.subject, one.dataclassification) == ("2026-06", "public")


def test_the_tables_of_a_release_are_read_from_it() -> None:
    found = [each._replace(groups=tuple(each.groups)) for each in tables_in(release())]

    assert found == [
        each._replace(
            groups=tuple(each.groups), totaled=each.totaled and not each.overlaps, since=OLDEST
        )
        for each in tables(catalog())
    ]


def test_a_release_of_older_definitions_has_their_tables_alone() -> None:
    """Version 4 brought offers by provider, and agencies; 5 open offers, and recommendations."""
    older, now = tables(catalog(), 3), tables(catalog())

    new = {(each.figure, each.breakdown) for each in now if each not in older}
    assert {figure for figure, _ in new} == {"offers", "agencies", "recommendations"}
    assert len(new) == len(now) - len(older) == 11
    assert [each for each in now if each in older] == older
    assert is_known({"figures": 3, "gate": 1})
    assert not is_known({"figures": 2, "gate": 1})
    assert not is_known({"figures": 6, "gate": 1})
    assert not is_known({"figures": 4, "gate": 2})


def with_providers() -> Catalog:
    providers = [
        Provider(id=id_, name=id_.upper(), programs=["cri-tac"], serves=["local"])
        for id_ in ("cna", "iacp", "iadlest")
    ]
    return reduce(lambda found, one: with_entry(found, 9, one), providers, catalog())


def test_a_provider_with_few_offers_looks_like_one_with_none() -> None:
    known = with_providers()
    rows = [Volumes("offers", "made_to", "iacp", 31), Volumes("offers", "made_to", "cna", 10)]

    found = {
        (f.breakdown, f.group): f
        for f in released_figures(Counted([], {}, rows, []), known, tables(known))
    }

    assert [found["made_to", each].value for each in ("cna", "iacp", "iadlest", "all")] == [
        FEW, 30, FEW, 30,
    ]  # fmt: skip
    assert found["made_to", "iacp"].name == "IACP"
    assert found["accepted_by", "iacp"].value == FEW


def test_a_providers_load_is_computed_from_what_is_shown_of_it() -> None:
    """Exactly, 43 offers for 26 engagements would be 16.5; 40 for 30 are 13."""
    known = with_providers()
    rows = [
        Volumes("offers", breakdown, provider, count)
        for breakdown, provider, count in (
            ("made_to", "iacp", 43),
            ("accepted_by", "iacp", 26),
            ("open_with", "iacp", 17),
            ("made_to", "cna", 90),
            ("accepted_by", "cna", 10),
        )
    ]
    times = [
        Durations("offer_to_answer", "provider", "iacp", 26, 100_000, 200_000),
        Durations("offer_to_answer", "provider", "cna", 10, 100_000, 200_000),
    ]

    found = {
        (f.figure, f.breakdown, f.group, f.measure): f
        for f in released_figures(Counted([], {}, rows, times), known, tables(known))
    }

    rate = found["offers", "provider", "iacp", "per_10_engagements"]
    assert (rate.value, rate.unit, rate.name) == (13, "offers per 10 engagements", "IACP")
    assert found["offers", "open_with", "iacp", "count"].value == 20
    assert found["offers", "open_with", "cna", "count"].value == FEW
    assert found["offers", "provider", "cna", "per_10_engagements"].value == NOT_SHOWN
    assert found["offer_to_answer", "provider", "iacp", "p50"].value == 24
    assert found["offer_to_answer", "provider", "cna", "p50"].value == NOT_SHOWN
    assert found["delivery_to_close", "provider", "iacp", "p50"].value == NOT_SHOWN
    assert {key[3] for key in found if key[1] == "provider"} == {"per_10_engagements", "p50"}


def test_a_release_of_older_definitions_has_neither_loads_nor_newer_stages_nor_names() -> None:
    known, shown = with_providers(), tables(with_providers(), 4)

    before, now = (
        released_figures(NOTHING, known, shown, 4),
        released_figures(NOTHING, known, shown),
    )

    assert {f.figure for f in now} - {f.figure for f in before} == {
        "first_contact_to_acceptance", "first_contact_to_close",
    }  # fmt: skip
    assert "provider" not in {f.breakdown for f in before}
    declines = {f.name for f in before if f.breakdown == "decline_reason"}
    assert "no provider has capacity" in declines
    assert "no capacity" in {f.name for f in now if f.breakdown == "decline_reason"}


def test_e86_a_recommendation_counts_by_the_goal_of_its_focus_area() -> None:
    rows = [Count("area_goal", "operations", 14), Count("area_goal", "not_stated", 22)]
    found = cells(Counted([], {}, [], [], [], rows))

    of_goals = {key[2]: f.value for key, f in found.items() if key[0] == "recommendations"}
    assert of_goals == {
        **dict.fromkeys(GOALS, FEW), "operations": 10, "not_stated": 20, "all": 30,
    }  # fmt: skip
    assert {f.unit for key, f in found.items() if key[0] == "recommendations"} == {
        "recommendations"
    }


def test_e87_agencies_stand_beside_how_many_are_listed() -> None:
    rows = [Count("size", "under_50", 43), Count("size", "50_and_more", 4)]
    found = cells(Counted([], {}, [], [], rows))

    size = found["agencies", "size", "under_50", "count"]
    assert (size.value, size.listed) == (40, 14_494)
    assert found["agencies", "size", "50_and_more", "count"].value == FEW
    assert found["agencies", "agency_class", "tribal", "count"].listed == 243
    assert found["agencies", "size", "all", "count"].listed == 25_023
    assert {f.unit for f in found.values() if f.listed is not None} == {"agencies"}
