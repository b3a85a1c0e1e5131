"""I1 to I3: the outcome of submissions, judged from their senders' histories."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from hashlib import sha256

from tests.proofs.checker.findings import Findings
from tests.proofs.checker.log import (
    ACCEPTED,
    CONFIDENTIAL,
    DRAFTS,
    IN,
    INTAKE,
    OUT,
    REFERENCE,
    REFUSED,
    REPORTING,
    ROUTING,
    data_of,
    events,
    firsts,
    messages,
    participant_of,
    short,
)
from tests.proofs.checker.run import Body, Record, Row, Run


def i01_accepted_is_kept_and_announced(run: Run) -> Findings:
    """Every accepted submission: one request everywhere, one accepted event, one answer."""
    yield from _histories_stand(run)
    accepted_events: dict[str, set[str]] = defaultdict(set)
    for _, body in events(run, INTAKE):
        if short(body) == "request_accepted":
            accepted_events[body["subject"]].add(body["id"])
    answers = _accepted_answers(run)
    requests = {row["first_record"]: row for row in run.rows("intake", "requests")}
    held = {
        service: Counter(row["tracking_number"] for row in run.rows(service, "requests"))
        for service in ("intake", "routing", "notifications", "reporting")
    }
    for place in sorted(answers.keys() | requests.keys()):
        yield _wrong_with(place, answers.get(place), requests.get(place), accepted_events, held)


def _wrong_with(
    place: str,
    answer: Body | None,
    request: Row | None,
    accepted_events: Mapping[str, set[str]],
    held: Mapping[str, Counter[str]],
) -> str | None:
    if request is None:
        return f"{place} was answered as accepted and intake holds no request of it"
    number = request["tracking_number"]
    if answer is None:
        return f"{number}: its submission {place} was never answered as accepted"
    stated = (answer["tracking_number"], answer["reference"], answer["request_id"])
    if stated != (number, request["reference"], request["request_id"]):
        return f"{number}: the answer to {place} says {stated[0]} for {stated[1]}"
    if len(accepted_events[number]) != 1:
        return f"{number} has {len(accepted_events[number])} accepted events"
    wrong = [service for service, numbers in held.items() if numbers[number] != 1]
    return f"{number} is not held once by {', '.join(wrong)}" if wrong else None


def _accepted_answers(run: Run) -> dict[str, Body]:
    return {
        body["inreplyto"]: data_of(body)
        for _, _, body in messages(run)
        if body.get("type") == ACCEPTED and not data_of(body).get("repeat")
    }


def _histories_stand(run: Run) -> Findings:
    """Compare the records that participants sent and received with the topics."""
    for participant, lines in run.history.items():
        sent = _digests(run, f"cri.in.{participant}.v1")
        received = _digests(run, f"{OUT}{participant}.v1")
        for line in lines:
            if line["did"] == "received":
                place = f"{OUT}{participant}.v1/0/{line['offset']}"
                stands = received.get(place) == line["sha256"]
                yield None if stands else f"{participant} received {place}, which is not there"
            elif line["outcome"] == "ok":
                stands = sent.get(line["coordinate"], "lost") == line["sha256"]
                yield None if stands else f"{line['coordinate']} is not what its sender appended"


def _digests(run: Run, topic: str) -> dict[str, str | None]:
    return {record.place: _digest(record) for record in run.topics.get(topic, ())}


def _digest(record: Record) -> str | None:
    return None if record.value is None else sha256(record.value).hexdigest()


def i02_refused_is_nowhere(run: Run) -> Findings:
    """A refused submission has no effect; one of unknown fate has at most one."""
    led_to: dict[str, list[str]] = defaultdict(list)
    by_cause: dict[str, list[Body]] = defaultdict(list)
    for _, body in firsts(run, INTAKE, CONFIDENTIAL, DRAFTS, REFERENCE, ROUTING, REPORTING):
        by_cause[body.get("causationid", "")].append(body)
    for row in run.rows("intake", "requests"):
        led_to[row["first_record"]].append(f"request {row['tracking_number']}")
    for row in run.rows("intake", "messages"):
        led_to[row["first_record"]].append(f"message {row['id']}")
    for _, _, body in messages(run):
        if body.get("type") not in REFUSED or data_of(body).get("repeat"):
            continue
        place, by = body["inreplyto"], data_of(body)["refused_by"]
        if by == "intake":
            found = [*led_to[place], *(each["id"] for each in by_cause[place])]
        else:
            causes = [each["id"] for each in by_cause[place]]
            effects = [effect for cause in causes for effect in by_cause[cause]]
            found = [each["id"] for each in effects if short(each) != "message_refused"]
        yield f"{place} was refused by {by} and led to {', '.join(found)}" if found else None
    yield from _unknown_at_most_once(run)


def _unknown_at_most_once(run: Run) -> Findings:
    for participant, lines in run.history.items():
        there = Counter(_digest(record) for record in run.topics.get(f"{IN}{participant}.v1", ()))
        known = Counter(line["sha256"] for line in lines if line.get("outcome") == "ok")
        for line in lines:
            if line.get("outcome") == "unknown":
                times = there[line["sha256"]] - known[line["sha256"]]
                wrong = f"{participant}: a record of unknown outcome is there {times} times"
                yield wrong if times > 1 else None


def i03_one_tracking_number(run: Run) -> Findings:
    """One tracking number for each (participant, reference), and the other way round."""
    numbers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in run.rows("intake", "requests"):
        numbers[row["participant"], row["reference"]].add(row["tracking_number"])
    for _, body in events(run, INTAKE):
        if short(body) in ("request_accepted", "request_amended"):
            facts = data_of(body)
            numbers[facts["participant"], facts["reference"]].add(facts["tracking_number"])
    for _, _, body in messages(run):
        if body.get("type") == ACCEPTED:
            sender = participant_of(body["inreplyto"])
            numbers[sender, data_of(body)["reference"]].add(data_of(body)["tracking_number"])
    owners: dict[str, list[str]] = defaultdict(list)
    for (participant, reference), given in sorted(numbers.items()):
        for number in given:
            owners[number].append(f"{participant}/{reference}")
        named = f"{participant}/{reference} has {', '.join(sorted(given))}"
        yield named if len(given) != 1 else None
    for number, owning in sorted(owners.items()):
        yield f"{number} is used for {', '.join(owning)}" if len(owning) != 1 else None
