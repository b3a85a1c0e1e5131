"""The faults: each begins, may do something while it lasts, and ends."""
