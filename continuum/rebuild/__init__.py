"""Recomputes tables that are a fold of the log, beside the live ones, and compares both."""
