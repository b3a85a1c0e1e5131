"""Each service's copy of the reference data: participants, programs, topics, providers, rules."""
