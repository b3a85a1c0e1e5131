"""The names of the services, in the order in which a request reaches them."""

SERVICES = ("intake", "routing", "notifications", "reporting")
