"""Which rows a sweep looks for: not those on hold, nor those of who is registered."""

from datetime import UTC, datetime, timedelta

from shared.catalog.catalog import Catalog
from shared.contracts.reference import Hold, Participant
from shared.retention.sweeper import due_arguments

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
BEFORE = NOW - timedelta(days=1095)


def participant(identity: str, **more: datetime) -> Participant:
    return Participant(id=identity, kind="provider", name=identity, **more)


def test_given_participants_when_looked_for_then_who_ended_long_ago_is_not_registered() -> None:
    known = [
        participant("iacp"),
        participant("left", effective_until=BEFORE),
        participant("leaving", effective_until=BEFORE + timedelta(seconds=1)),
    ]
    catalog = Catalog(participants={each.id: each for each in known})

    *_, registered = due_arguments(catalog, "contacts", before=BEFORE, at=NOW)

    assert registered == ["iacp", "leaving"]


def test_given_holds_when_looked_for_then_each_is_named_in_its_place() -> None:
    holds = [
        Hold(id="one", reason="litigation", tracking_number="CRI-2026-000042-K"),
        Hold(id="two", reason="litigation", participant="ca-post", contact_id="c-1"),
        Hold(id="three", reason="litigation", participant="ny-post"),
        Hold(id="over", reason="litigation", participant="iacp", ends_at=NOW),
    ]
    catalog = Catalog(holds={each.id: each for each in holds})

    found = due_arguments(catalog, "contacts", before=BEFORE, at=NOW)

    assert found == (
        "contacts",
        BEFORE,
        False,
        ["CRI-2026-000042-K"],
        ["ny-post"],
        ["ca-post"],
        ["c-1"],
        [],
        [],
    )


def test_given_a_hold_on_everything_when_copies_are_looked_for_then_it_does_not_count() -> None:
    hold = Hold(id="all", reason="litigation")
    catalog = Catalog(holds={hold.id: hold})

    _, _, everything, *_ = due_arguments(catalog, "words", before=BEFORE, at=NOW)
    _, _, of_copies, *_ = due_arguments(catalog, "case_files", before=BEFORE, at=NOW, is_copy=True)

    assert everything
    assert not of_copies
