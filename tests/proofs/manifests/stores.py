"""Policies for Kafka and Postgres: losing one machine loses nothing acknowledged."""

from collections.abc import Iterator

from tests.proofs.manifests.rendered import Objects, configured, environment, named, of_kind

COPIES = 3
CLUSTER = "continuum-postgres"


def kafka(objects: Objects) -> Iterator[str]:
    """Three brokers and controllers; writes reach two of three replicas; all listeners use TLS."""
    clusters = of_kind(objects, "Kafka")
    if len(clusters) != 1:
        yield f"{len(clusters)} Kafka clusters"
    for each in clusters:
        own = each["spec"]["kafka"]
        for listener in own["listeners"]:
            if not listener["tls"]:
                yield f"{named(each)}: listener {listener['name']} is plaintext"
            if listener.get("authentication", {}).get("type") != "scram-sha-512":
                yield f"{named(each)}: listener {listener['name']} lets in anybody"
            if listener["type"] == "internal" and not listener.get("networkPolicyPeers"):
                yield f"{named(each)}: listener {listener['name']} is open to every pod"
        if own.get("authorization", {}).get("type") != "simple":
            yield f"{named(each)}: everybody may do everything"
        wanted = {
            "auto.create.topics.enable": False,
            "default.replication.factor": COPIES,
            "min.insync.replicas": 2,
            "unclean.leader.election.enable": False,
            "offsets.topic.replication.factor": COPIES,
            "transaction.state.log.replication.factor": COPIES,
            "transaction.state.log.min.isr": 2,
        }
        for name, value in wanted.items():
            if own["config"].get(name) != value:
                yield f"{named(each)}: {name} is not {value}"
    pools = of_kind(objects, "KafkaNodePool")
    roles = {tuple(pool["spec"]["roles"]): pool["spec"]["replicas"] for pool in pools}
    if roles != {("controller",): COPIES, ("broker",): COPIES}:
        yield f"Kafka: the nodes are {roles}"
    for pool in pools:
        for volume in pool["spec"]["storage"].get("volumes", ()):
            if volume["type"] != "persistent-claim" or volume.get("deleteClaim"):
                yield f"{named(pool)}: what is stored goes with the pod"
    for topic in of_kind(objects, "KafkaTopic"):
        settings = topic["spec"]["config"]
        safe = (
            settings.get("min.insync.replicas"),
            settings.get("unclean.leader.election.enable"),
        )
        if topic["spec"]["replicas"] != COPIES or safe != ("2", "false"):
            yield f"{named(topic)}: a lost machine can lose records"
        if settings["cleanup.policy"] != "delete":
            yield f"{named(topic)}: is compacted"


def postgres(objects: Objects) -> Iterator[str]:
    """Three instances, commits on two; services use the primary; only listed roles log in."""
    clusters = {each["metadata"]["name"]: each["spec"] for each in of_kind(objects, "Cluster")}
    if not clusters.keys() <= {CLUSTER, f"{CLUSTER}-restored"} or CLUSTER not in clusters:
        yield f"{len(clusters)} Postgres clusters"
    for name, own in clusters.items():
        if own.get("instances") != COPIES:
            yield f"Cluster/{name}: instances are not {COPIES}"
        settings = own["postgresql"]
        if settings.get("synchronous", {}).get("dataDurability") != "required":
            yield f"Cluster/{name}: a commit may be on one machine only"
        entries = [line.split() for line in settings.get("pg_hba", ())]
        if not entries or entries[-1] != ["host", "all", "all", "all", "reject"]:
            yield f"Cluster/{name}: who is not named may connect"
        for kind, *_, method in entries[:-1]:
            if (kind, method) != ("hostssl", "scram-sha-256"):
                yield f"Cluster/{name}: pg_hba lets in without TLS or password"
        for role in own.get("managed", {}).get("roles", ()):
            if any(role.get(power) for power in ("superuser", "createdb", "createrole")):
                yield f"Cluster/{name}: {role['name']} may do too much"
    for each, _ in configured(objects):
        settings = environment(each, objects)
        if settings.get("CONTINUUM_POSTGRES_HOST") not in {f"{name}-rw" for name in clusters}:
            yield f"{named(each)}: does not write to the primary"
        if settings.get("PGSSLMODE") != "verify-full":
            yield f"{named(each)}: would speak with any server as Postgres"


def backups(objects: Objects) -> Iterator[str]:
    """The nightly base backups and the whole WAL are archived outside the cluster."""
    schedules = of_kind(objects, "ScheduledBackup")
    if not schedules:
        return  # an installation for trying things out
    for each in schedules:
        if each["spec"].get("backupOwnerReference") != "none":
            yield f"{named(each)}: goes with what it is a backup of"
    stores = {each["metadata"]["name"]: each["spec"] for each in of_kind(objects, "ObjectStore")}
    if not any(each["spec"]["method"] == "plugin" for each in schedules):
        yield "no base backup in the archive"
    for name, store in stores.items():
        if not store.get("retentionPolicy"):
            yield f"ObjectStore/{name}: keeps everything for ever"
    for each in of_kind(objects, "Cluster"):
        archived = [
            plugin["parameters"]["barmanObjectName"]
            for plugin in each["spec"].get("plugins", ())
            if plugin.get("isWALArchiver")
        ]
        if len(archived) != 1 or archived[0] not in stores:
            yield f"{named(each)}: its log is archived nowhere"
