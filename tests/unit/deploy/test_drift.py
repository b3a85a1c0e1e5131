"""How Kafka differs from what is registered, and who is to be connected."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from deploy.provision.command import wanted_for
from deploy.provision.drift import (
    PARTICIPANTS_AT_MOST,
    Registration,
    Right,
    State,
    connected,
    drift,
    text_of,
)
from deploy.provision.topics import Participant
from deploy.stack.failure import StackFailed
from shared.contracts.services import DESKS

OFFICE = Participant("program-office", "program_office", "program office")
NOW = datetime(2026, 11, 29, tzinfo=UTC)


def participant(name: str) -> Participant:
    return Participant(name, "agency_system", name)


WANTED = wanted_for([OFFICE, participant("ohio-agencies")])
EQUAL = State(
    partitions={each.name: each.partitions for each in WANTED.topics},
    settings={each.name: each.settings for each in WANTED.topics},
    users=WANTED.users,
    rights=frozenset(Right(text_of(each), each) for each in WANTED.grants),
    limits={user: quota.limits() for user, quota in WANTED.quotas.items()},
)


def test_nothing_differs_from_itself() -> None:
    found = drift(EQUAL, WANTED)

    assert (found.missing, found.unknown) == ((), ())


def test_each_thing_that_is_missing_or_differs_is_named() -> None:
    name = "cri.in.ohio-agencies.v1"
    grant = next(each for each in WANTED.grants if each.principal == "ohio-agencies")
    changed = State(
        partitions={**EQUAL.partitions, name: 3},
        settings={**EQUAL.settings, name: {**EQUAL.settings[name], "retention.ms": "1"}},
        users=EQUAL.users - {"ohio-agencies"},
        rights=frozenset(each for each in EQUAL.rights if each.grant != grant),
        limits={**EQUAL.limits, "ohio-agencies": {"producer_byte_rate": 1.0}},
    )

    found = drift(changed, WANTED)

    assert found.missing == (
        f"partitions of {name}: 1, not 3 (fixed for life)",
        f"setting retention.ms=1209600000 of {name}, not 1",
        "user ohio-agencies",
        f"right {text_of(grant)}",
        "quota of ohio-agencies",
    )
    assert found.unknown == ()


def test_what_nobody_should_have_is_unknown_but_a_topic_never_is() -> None:
    more = replace(
        EQUAL,
        partitions={**EQUAL.partitions, "cri.in.gone.v1": 1},
        users=EQUAL.users | {"gone"},
        rights=EQUAL.rights | {Right("gone: ALLOW WRITE TOPIC cri.in.gone.v1", None)},
        limits={**EQUAL.limits, "gone": {"producer_byte_rate": 1.0}},
    )

    found = drift(more, WANTED)

    assert found.missing == ()
    assert found.unknown == (
        "user gone",
        "right gone: ALLOW WRITE TOPIC cri.in.gone.v1",
        "quota of gone",
    )


def test_the_office_is_connected_before_anyone_and_ended_participants_are_not() -> None:
    ended = Registration(participant("ended"), NOW)
    ends_later = Registration(participant("ends-later"), NOW + timedelta(seconds=1))

    assert connected([], OFFICE, now=NOW) == [OFFICE]
    assert connected([ended, ends_later], OFFICE, now=NOW) == [
        participant("ends-later"),
        OFFICE,
    ]


def test_the_desk_and_whom_it_reaches_get_no_topics_and_no_user() -> None:
    desks = [Registration(participant(each)) for each in DESKS]
    reached = Registration(participant("noble"), None, reached_by_desk=True)

    assert connected([*desks, reached], OFFICE, now=NOW) == [OFFICE]


def test_the_desks_are_the_participants_whose_topics_are_listed_by_name() -> None:
    by_name = {
        each.name for each in WANTED.topics if each.name == each.template.replace("cri.int.", "")
    }

    assert {name for name in by_name if name.startswith("cri.in.")} == {
        f"cri.in.{desk}.v1" for desk in DESKS
    }


def test_more_than_five_hundred_participants_are_refused_with_the_reason() -> None:
    others = [Registration(participant(f"p-{n}")) for n in range(PARTICIPANTS_AT_MOST)]

    assert len(connected(others[1:], OFFICE, now=NOW)) == PARTICIPANTS_AT_MOST
    with pytest.raises(StackFailed, match=r"501 participants .* at most 500 .* fetch"):
        connected(others, OFFICE, now=NOW)


@pytest.mark.parametrize("name", ["operator", "svc-intake", "admin", "routing-office"])
def test_a_reserved_id_of_an_older_registration_becomes_no_principal(name: str) -> None:
    with pytest.raises(StackFailed, match=f"reserved ids.*{name}"):
        connected([Registration(participant(name))], OFFICE, now=NOW)
