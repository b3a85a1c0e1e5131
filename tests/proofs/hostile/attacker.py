"""The attacker runs in its own process and carries out the attacks that the pipe names."""

import time
from collections import Counter
from multiprocessing.connection import Connection

from tests.proofs.hostile.attack import AGENCY, PROVIDER, Attack
from tests.proofs.hostile.attacks import attacks
from tests.proofs.hostile.judging import Tally
from tests.proofs.hostile.office_site import OfficeSite
from tests.proofs.hostile.public_site import PublicSite
from tests.proofs.hostile.wire import Settings, Wire

_PATIENCE = 20.0
"""Seconds without any answer after which no more is expected."""


def run(pipe: Connection, logins: dict[str, Settings], pages: tuple[str, str], seed: int) -> None:
    """
    Answer each name of an attack that comes through the pipe with its tally; end with it.

    *pages* are the addresses of the office's and of the public pages.
    """
    listed = {attack.name: attack for attack in attacks(seed)}
    wires = {each: Wire(logins[each], each) for each in (AGENCY, PROVIDER)}
    office, public = OfficeSite(pages[0]), PublicSite(pages[1])
    pipe.send("ready")
    try:
        while True:
            attack = listed[pipe.recv()]
            if attack.office is not None:
                attack.office(office)
                pipe.send((office.tally(), ""))
            elif attack.public is not None:
                attack.public(public)
                public.check_person()
                pipe.send((public.tally(), ""))
            else:
                pipe.send(carry_out(attack, wires[attack.participant]))
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return
    finally:
        for site in (office, public):
            site.close()
        for wire in wires.values():
            wire.close()


def carry_out(attack: Attack, wire: Wire) -> tuple[Tally, str]:
    """Play one attack to its last answer; say what the broker did wrong, if anything."""
    producer = wire.producer(attack.settings)
    wire.forget()
    if attack.prepare is not None:
        wire.send(producer, attack.prepare(f"{attack.name}-p-{time.time_ns()}"))
        wire.read_all(patience=_PATIENCE)
        wire.forget()
    sent, until = 0, time.monotonic() + attack.seconds
    while True:
        number = f"{attack.name[:40]}-{time.time_ns()}"
        sent += wire.send(producer, attack.records(number))
        sent += wire.send_raw(attack.batches(number))
        if time.monotonic() >= until:
            break
        # The next round when this one is answered: what waits would hide what a round costs.
        wire.read_all(patience=_PATIENCE)
        if wire.unanswered():
            break
    wire.read_all(patience=_PATIENCE)
    wrong = ""
    if attack.refused_by_broker and wire.expected:
        wrong = f"the broker took {len(wire.expected)} records that it must refuse"
    elif not attack.refused_by_broker and not wire.expected:
        wrong = "the broker took none of its records"
    return tally(wire, sent), wrong


def tally(wire: Wire, sent: int) -> Tally:
    """Return what became of all that was sent."""
    wrong: Counter[str] = Counter()
    for place, expected in wire.expected.items():
        for said in wire.answers.get(place, {}).values():
            if expected and said not in expected:
                wrong[f"{said} (not {' or '.join(sorted(expected))})"] += 1
    return Tally(
        sent=sent,
        taken=len(wire.expected),
        refused_by_broker=wire.refused,
        answered=len(wire.expected.keys() & wire.answers.keys()),
        twice=sum(len(wire.answers.get(place, {})) > 1 for place in wire.expected),
        wrong=tuple(f"{said}, {often} times" for said, often in wrong.most_common(5)),
    )
