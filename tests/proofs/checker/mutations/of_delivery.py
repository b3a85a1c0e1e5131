"""Breaks counters, dead letters, parked keys, privacy and metrics (I11 to I17)."""

from dataclasses import replace

from tests.proofs.checker.log import IN, INTAKE, OUT, ROUTING, data_of, participant_of
from tests.proofs.checker.mutations.bench import Bench, Mutation, edited, subject_of
from tests.proofs.checker.privacy import canaries_of
from tests.proofs.checker.run import Record

_LETTERS = "cri.dlq.reporting.v1"
_ELSEWHERE = "00000000-0000-5000-8000-000000000002"


def _miscount(bench: Bench) -> None:
    bench.any_row("reporting", "checkpoints")["applied"] += 1


def _skip_topic(bench: Bench) -> None:
    rows = bench.run.tables["notifications"]["checkpoints"]
    rows.remove(bench.any_row("notifications", "checkpoints", where=lambda r: r["next_offset"]))


def _miscount_refused(bench: Bench) -> None:
    row = bench.any_row("intake", "checkpoints", where=lambda row: row["refused"])
    row["refused"] -= 1
    row["applied"] += 1


def _set_aside(bench: Bench) -> None:
    """Make a sound dead letter of a record that reporting read, counted as such."""
    record = bench.any_of(INTAKE)
    place = (record.topic, str(record.partition), str(record.offset))
    names = ("dlq.topic", "dlq.partition", "dlq.offset")
    headers = tuple((name, text.encode()) for name, text in zip(names, place, strict=True))
    bench.append(replace(record, headers=(*record.headers, *headers), partition=0), topic=_LETTERS)
    row = _checkpoint(bench, record)
    row["applied"] -= 1
    row["dead"] += 1


def _checkpoint(bench: Bench, record: Record) -> dict[str, int]:
    return bench.any_row(
        "reporting",
        "checkpoints",
        where=lambda row: (row["topic"], row["partition"]) == (record.topic, record.partition),
    )


def _alter_dead_letter(bench: Bench) -> None:
    letter = bench.run.topics[_LETTERS][0]
    bench.put(replace(letter, value=(letter.value or b"")[:-1]), letter)


def _lose_dead_letter(bench: Bench) -> None:
    bench.run.topics[_LETTERS].clear()


def _park(bench: Bench) -> None:
    """Park the key of a request at the last event that notifications read of it."""
    record = bench.any_of(ROUTING, "request_withdrawn")
    subject = subject_of(record)
    events = [r for r in bench.run.topics[ROUTING] if subject_of(r) == subject]
    last = events[-1]
    fact = (last.body or {})["id"]
    for topic in bench.run.topics:
        bench.run.topics[topic] = [
            r
            for r in bench.run.topics[topic]
            if (r.body or {}).get("causationid") != fact or r.topic == ROUTING
        ]
    gate = bench.any_row(
        "notifications",
        "gates",
        where=lambda row: (row["topic"], row["subject"]) == (ROUTING, subject),
    )
    gate["last"] = len(events) - 1
    key = {"topic": ROUTING, "partition": last.partition, "offset": last.offset}
    bench.run.tables["notifications"]["parked_keys"].append({"key": subject, **key})


def _take_in_parked(bench: Bench) -> None:
    parked = bench.run.tables["notifications"]["parked_keys"][0]
    place = f"{parked['topic']}/{parked['partition']}/{parked['offset']}"
    record = next(r for r in bench.run.topics[ROUTING] if r.place == place)
    effect = bench.any_of(OUT)
    bench.append(edited(effect, id=_ELSEWHERE, causationid=(record.body or {})["id"]))


def _pass_parked_gate(bench: Bench) -> None:
    parked = bench.run.tables["notifications"]["parked_keys"][0]
    for row in bench.run.rows("notifications", "gates"):
        if (row["topic"], row["subject"]) == (ROUTING, parked["key"]):
            row["last"] += 1


def _lag(bench: Bench) -> None:
    row = bench.any_row("routing", "checkpoints", where=lambda row: row["next_offset"])
    row["next_offset"] -= 1


def _leave_held(bench: Bench) -> None:
    bench.run.tables["notifications"]["held"].append({"id": 1, "topic": ROUTING, "value": None})


def _tell_another(bench: Bench) -> None:
    message = bench.any_of(OUT, "status_changed")
    other = bench.any_of(
        OUT,
        where=lambda r: r.topic != message.topic and "office" not in r.topic,
    )
    bench.append(replace(message, key=other.key), topic=other.topic)


def _name_another(bench: Bench) -> None:
    status = bench.any_of(OUT, "told", where=lambda r: "office" not in r.topic)
    others = bench.any_row(
        "intake",
        "requests",
        where=lambda row: (
            row["participant"] != participant_of(status.topic)
            and participant_of(status.topic) not in _offered(bench, row["tracking_number"])
        ),
    )
    line = {"tracking_number": others["tracking_number"]}
    requests = [*data_of(status.body or {})["requests"], line]
    bench.put(edited(status, data={"requests": requests}), status)


def _offered(bench: Bench, number: str) -> list[str]:
    rows = bench.run.rows("routing", "requests")
    return [each for row in rows if row["tracking_number"] == number for each in row["offered"]]


def _log_canary(bench: Bench) -> None:
    name = bench.random.choice(sorted(bench.run.logs))
    bench.run.logs[name] += bench.random.choice(canaries_of(bench.run))


def _publish_canary(bench: Bench) -> None:
    record = bench.any_of(ROUTING, "message_refused")
    text = bench.random.choice(canaries_of(bench.run))
    bench.put(edited(record, data={"because": text}), record)


def _keep_canary(bench: Bench) -> None:
    text = bench.random.choice(canaries_of(bench.run))
    bench.any_row("reporting", "timeline")["detail"] = text


def _show_wrong_metric(bench: Bench) -> None:
    lines = bench.run.metrics["routing"].splitlines()
    found = [n for n, line in enumerate(lines) if line.startswith("cri_consumed_records_total{")]
    place = bench.random.choice(found)
    labels, _, value = lines[place].rpartition(" ")
    lines[place] = f"{labels} {float(value) + 1}"
    bench.run.metrics["routing"] = "\n".join(lines)


def _miscount_notices(bench: Bench) -> None:
    row = bench.any_row("notifications", "counts")
    row["number"] += 1


def _name_participant(bench: Bench) -> None:
    topic = bench.random.choice(sorted(t for t in bench.run.topics if t.startswith(IN)))
    label = f'cri_offers_open{{service="routing",to="{topic.split(".")[2]}"}} 1.0'
    bench.run.metrics["routing"] += f"\n{label}\n"


MUTATIONS = (
    Mutation("a checkpoint's counter is off by one", "I11", _miscount),
    Mutation("a partition has no checkpoint", "I11", _skip_topic),
    Mutation("a refusal is counted as applied", "I11", _miscount_refused),
    Mutation("a dead letter is cut short", "I12", _alter_dead_letter, before=_set_aside),
    Mutation("a dead letter is lost", "I12", _lose_dead_letter, before=_set_aside),
    Mutation("a parked record had an effect", "I13", _take_in_parked, before=_park),
    Mutation("the gate of a parked key moved on", "I13", _pass_parked_gate, before=_park),
    Mutation("a record is not read", "I14", _lag),
    Mutation("a record is still held", "I14", _leave_held),
    Mutation("a message is on another participant's topic", "I15", _tell_another),
    Mutation("an answer names another participant's request", "I15", _name_another),
    Mutation("a log file holds what was confided", "I16", _log_canary),
    Mutation("an event holds what was confided", "I16", _publish_canary),
    Mutation("a table of reporting holds what was confided", "I16", _keep_canary),
    Mutation("a metric is off by one", "I17", _show_wrong_metric),
    Mutation("a count of notices is off by one", "I17", _miscount_notices),
    Mutation("a metric's label names a participant", "I17", _name_participant),
)
