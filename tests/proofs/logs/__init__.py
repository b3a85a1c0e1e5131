"""The queries of docs/logs.md find in log files what `continuum logs` finds there."""
