"""Clocks: how long they run, by working days, and what happens to them. Pure."""
