"""Faults on the embedded stack raise exactly the alerts that they should, in a real Prometheus."""
