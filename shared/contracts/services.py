"""The names of the deployables."""

SERVICES = ("intake", "routing", "notifications", "reporting")
"""The services, in the order in which a request reaches them."""
DEPLOYABLES = (*SERVICES, "desk")
"""What is deployed: the services, and the office's desk, without which they work all the same."""
WEB_DESK = "web-desk"
"""The public desk: a participant that acts for those without a system."""
DESKS = ("office-desk", WEB_DESK)
"""The participants of the desk: their topics are listed by name, and they have no other user."""
WITH_USERS = (*DEPLOYABLES, WEB_DESK)
"""Everything of ours that logs in to Kafka as ``svc-<name>``."""
