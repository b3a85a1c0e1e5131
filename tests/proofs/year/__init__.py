"""One business year in minutes: its participants, what happens to them, and its checks."""
