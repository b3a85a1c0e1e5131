"""Which tables of which service are computed again."""

from collections.abc import Mapping

from continuum.rebuild.copies import INTAKE, NOTIFICATIONS, ROUTING
from continuum.rebuild.reporting import REPORTING
from continuum.rebuild.tables import Tables

FOLDED: Mapping[str, Tables] = {
    "intake": INTAKE,
    "routing": ROUTING,
    "notifications": NOTIFICATIONS,
    "reporting": REPORTING,
}
