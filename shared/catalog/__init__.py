"""Reference data as each service keeps it: participants, programs, topics, providers, rules."""
