"""The table of rights, written out by hand: the access list must equal it, not the other way."""

from dataclasses import dataclass, field

from shared.contracts.services import DEPLOYABLES

FACTS = {"cri.int.intake.v1", "cri.int.routing.v1", "cri.int.reference.v1"}
WRITTEN = {
    "intake": {"cri.int.intake.v1", "cri.int.reference.v1", "cri.int.answers.v1"}
    | {"cri.int.confidential.v1", "cri.int.drafts.v1"},
    "routing": {"cri.int.routing.v1"},
    "notifications": {"cri.int.notifications.v1", "cri.int.mail.v1"},
    "reporting": {"cri.int.reporting.v1", "cri.int.texts.v1"}
    | {"cri.pub.programs.v1", "cri.pub.reports.v1"},
    "desk": {"cri.in.office-desk.v1"},
    "webdesk": {"cri.in.web-desk.v1"},
}
# Each reads what it writes itself, too: after a restore it catches up from there.
READ = {
    "intake": FACTS | {"cri.int.answers.v1", "cri.int.confidential.v1", "cri.int.drafts.v1"},
    "routing": FACTS | {"cri.int.mail.v1"},
    "notifications": FACTS
    | {"cri.int.notifications.v1", "cri.int.mail.v1"}
    | {"cri.int.answers.v1", "cri.int.confidential.v1", "cri.int.reporting.v1"}
    | {"cri.int.texts.v1"}
    | {"cri.pub.reports.v1"},
    "reporting": FACTS
    | {"cri.int.notifications.v1", "cri.int.reporting.v1", "cri.int.drafts.v1"}
    | {"cri.int.texts.v1", "cri.pub.programs.v1", "cri.pub.reports.v1"},
    "desk": FACTS
    | {"cri.int.notifications.v1", "cri.int.mail.v1", "cri.int.reporting.v1"}
    | {"cri.in.office-desk.v1", "cri.out.office-desk.v1"},
    "webdesk": {"cri.in.web-desk.v1", "cri.out.web-desk.v1"},
}
# What `continuum rebuild` folds: ids, codes and dates; and the releases.
KEPT = (
    FACTS
    | {"cri.int.notifications.v1", "cri.int.mail.v1", "cri.int.reporting.v1"}
    | {"cri.pub.programs.v1", "cri.pub.reports.v1"}
)


@dataclass(frozen=True, slots=True)
class Rights:
    """What one principal may do; with groups whose names begin with ``group_prefix``."""

    written: set[str]
    read: set[str]
    described: set[str]
    group_prefix: str
    described_groups: set[str] = field(default_factory=set)

    def on_topic(self, topic: str) -> set[str]:
        """Return the operations on a topic."""
        on = {"WRITE": self.written, "READ": self.read, "DESCRIBE": self.described}
        return {operation for operation, topics in on.items() if topic in topics}

    def on_group(self, group: str) -> set[str]:
        """Return the operations on a group: who may read may describe."""
        if group.startswith(self.group_prefix):
            return {"READ", "DESCRIBE"}
        return {"DESCRIBE"} if group in self.described_groups else set()


def rights_of(member: str, topics: set[str], groups: set[str]) -> Rights:
    """Return what one of ours, a participant or the operator may do; on the cluster, nothing."""
    if member == "operator":
        dead = {topic for topic in topics if topic.startswith("cri.dlq.")}
        return Rights(set(), KEPT | dead, topics, "operator.", groups)
    if member not in DEPLOYABLES:
        written, read = {f"cri.in.{member}.v1"}, {f"cri.out.{member}.v1", "cri.pub.programs.v1"}
        return Rights(written, read, written | read, f"{member}.")
    written = WRITTEN[member] | {f"cri.dlq.{member}.v1", f"cri.dlq.{member}.restricted.v1"}
    read = set(READ[member])
    if member == "intake":
        read |= {topic for topic in topics if topic.startswith("cri.in.")}
    if member == "notifications":
        out = {topic for topic in topics if topic.startswith("cri.out.")}
        written, read = written | out, read | out
    return Rights(written, read, written | read, member)
