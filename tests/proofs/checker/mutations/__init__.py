"""Breaks a recorded run on purpose, each time in one way, to see that the checker notices."""
