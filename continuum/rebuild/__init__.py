"""Recomputes tables from the log beside the live ones, and compares both."""
