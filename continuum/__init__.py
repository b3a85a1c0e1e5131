"""The operators' command line: status, history of requests, dead letters, rebuilds."""
