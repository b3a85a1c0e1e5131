"""The names of the deployables."""

SERVICES = ("intake", "routing", "notifications", "reporting")
"""The services, in the order in which a request reaches them."""
DEPLOYABLES = (*SERVICES, "desk", "webdesk")
"""What is deployed: the services and the two desks. The services also work without the desks."""
PUBLIC_DESK = "webdesk"
"""The public desk: on Kafka it may use only its own topics, with the quota of a participant."""
WEB_DESK = "web-desk"
"""The public desk as a participant; it acts for participants without a system."""
OFFICE_DESK = "office-desk"
"""The office's desk as a participant; the office's staff act through it."""
DESKS = (OFFICE_DESK, WEB_DESK)
"""The desks as participants: topics.yaml names their topics, which the desks' services use."""
