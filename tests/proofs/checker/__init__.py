"""Judges a finished run from outside: shares no code with what it judges."""
