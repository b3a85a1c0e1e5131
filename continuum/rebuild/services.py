"""The tables that a rebuild recomputes, by service."""

from collections.abc import Mapping

from continuum.rebuild.copies import INTAKE, NOTIFICATIONS, ROUTING
from continuum.rebuild.desk import DESK
from continuum.rebuild.reporting import REPORTING
from continuum.rebuild.tables import Tables
from continuum.rebuild.webdesk import WEBDESK

FOLDED: Mapping[str, Tables] = {
    "intake": INTAKE,
    "routing": ROUTING,
    "notifications": NOTIFICATIONS,
    "reporting": REPORTING,
    "desk": DESK,
    "webdesk": WEBDESK,
}
