"""Measures this pipeline and the peer in one run, on the same broker and database server."""
