"""Faults on the whole product under load, from a seeded schedule, and whether all was kept."""
