"""The names of the deployables."""

SERVICES = ("intake", "routing", "notifications", "reporting")
"""The services, in the order in which a request reaches them."""
DEPLOYABLES = (*SERVICES, "desk", "webdesk")
"""What is deployed: the services, and the two desks, without which they work all the same."""
PUBLIC_DESK = "webdesk"
"""The public desk: it has no right but to topics of its own, and the quota of a participant."""
WEB_DESK = "web-desk"
"""The participant that is the public desk, and acts for those without a system."""
OFFICE_DESK = "office-desk"
"""The participant that is the office's desk: its people act for the office."""
DESKS = (OFFICE_DESK, WEB_DESK)
"""The participants of the desks: their topics are listed by name, and they have no other user."""
