"""The operators' command line: tells what became of a request, and what waits."""
