"""The four services: intake, routing, notifications, reporting."""
