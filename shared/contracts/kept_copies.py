"""How long copies of a forgotten person's data are kept, by kind."""

from collections.abc import Mapping

KEPT_DAYS: Mapping[str, int] = {
    "messages": 14,
    "dead_letters": 14,
}
"""
Kind → days, as ``deploy/topics.yaml`` has them: ``messages`` are those on the confidential topic
and on participants' topics, ``dead_letters`` those on the services' restricted ones.
"""
COPIES: Mapping[str, str] = {
    "messages": "Messages on participants' topics and on the services' confidential topic.",
    "dead_letters": "Records on the services' topics for those that could not be processed.",
    "backups": "Backups of the databases: the program office says how long it keeps them.",
    "unsettled_dead_letters": "Records that could not be processed, until they are settled.",
    "unsent_messages": "Messages that are not on Kafka yet, until it takes them.",
}
"""Kind → its meaning."""
