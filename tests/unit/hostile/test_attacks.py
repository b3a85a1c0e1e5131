from collections import Counter
from struct import unpack_from
from typing import Any

from aiokafka.record.default_records import DefaultRecordBatch

from tests.proofs.hostile.attack import Record
from tests.proofs.hostile.attacker import tally
from tests.proofs.hostile.attacks import attacks
from tests.proofs.hostile.batches import GZIP, RawRecord, batch
from tests.proofs.hostile.judging import Tally
from tests.proofs.hostile.public_site import paths
from tests.proofs.hostile.wire import Wire, outcome

FOUND = ("F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8")


def test_every_attack_found_so_far_runs_and_at_least_forty_others() -> None:
    names = [attack.name for attack in attacks(1)]

    assert [n for n, often in Counter(names).items() if often > 1] == []
    assert {name[:2] for name in names if name.startswith("F")} >= set(FOUND)
    assert len([name for name in names if not name.startswith(FOUND)]) >= 40


def test_every_attack_has_records_or_batches() -> None:
    light = [attack for attack in attacks(1) if "400 MiB" not in attack.name]

    empty = [a.name for a in light if not a.records("n") and not a.batches("n") and not a.desk]
    assert empty == []


def test_eleven_attacks_on_the_public_pages_know_every_page_of_theirs() -> None:
    assert len([attack for attack in attacks(1) if attack.public is not None]) == 11
    forms, pages = paths("POST"), paths("GET")
    assert {"/start", "/request/page/need", "/request/send"} <= set(forms)
    assert {"/", "/continue/unknown", "/request/page/need"} <= set(pages)
    assert "{" not in "".join([*forms, *pages])


def test_a_seed_draws_the_same_garbage_again() -> None:
    def garbage(seed: int) -> list[bytes | None]:
        (drawn,) = (each for each in attacks(seed) if each.name == "F5 garbage without end")
        return [record.value for record in drawn.records("n")]

    assert garbage(1) == garbage(1)
    assert garbage(1) != garbage(2)


def test_a_flood_has_as_many_records_as_the_one_that_overloaded_intake() -> None:
    listed = {attack.name: attack for attack in attacks(1)}

    assert (
        listed["F5 40,000 empty records"].records("n")
        == [Record(b"", listed["F5 40,000 empty records"].records("n")[0].expected)] * 40_000
    )
    assert len({r.value for r in listed["F5 20,000 garbage records"].records("n")}) == 20_000


def test_a_batch_made_by_hand_is_one_that_others_can_read() -> None:
    records = [RawRecord(b"one", headers=[(b"h", None)]), RawRecord(None, key=b"k")]

    for attributes in (0, GZIP):
        read = DefaultRecordBatch(batch(records, attributes=attributes))
        assert read.validate_crc()
        assert [(each.key, each.value) for each in read] == [(None, b"one"), (b"k", None)]


def test_a_batch_has_the_header_fields_it_is_given() -> None:
    made = batch([RawRecord(b"x")], count=7, crc=1, magic=0)

    assert unpack_from(">b", made, 16) == (0,)
    assert unpack_from(">I", made, 17) == (1,)
    assert unpack_from(">i", made, 57) == (7,)


def test_an_answer_is_known_by_its_first_reason_or_its_type() -> None:
    refused = {"type": "gov.cri.message.refused.v1", "data": {"reasons": [{"code": "not_json"}]}}
    changed: dict[str, Any] = {"type": "gov.cri.message.applied.v1", "data": {"reasons": []}}

    assert outcome(refused) == "not_json"
    assert outcome(changed) == "applied"


def test_a_tally_counts_what_has_no_answer_two_answers_or_a_wrong_one() -> None:
    wire = Wire.__new__(Wire)
    wire.expected = {f"t/0/{n}": frozenset({"told"}) for n in range(4)}
    wire.answers = {
        "t/0/0": {"a": "told"},
        "t/0/1": {"b": "told", "c": "told"},
        "t/0/2": {"d": "schema"},
        "elsewhere": {"e": "told"},
    }
    wire.refused = 2

    counted = tally(wire, 6)

    assert counted == Tally(
        sent=6, taken=4, refused_by_broker=2, answered=3, twice=1,
        wrong=("schema (not told), 1 times",),
    )  # fmt: skip
    assert counted.unanswered == 2
