"""The queries of docs/logs.md return the same from log files as `continuum logs`."""
