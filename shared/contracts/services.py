"""The names of the deployables."""

SERVICES = ("intake", "routing", "notifications", "reporting")
"""The services, in the order in which a request reaches them."""
DEPLOYABLES = (*SERVICES, "desk")
"""What is deployed: the services, and the office's desk, without which they work all the same."""
