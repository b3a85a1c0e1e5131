"""Injects faults into the whole product under load, from a seeded schedule; the checker judges."""
