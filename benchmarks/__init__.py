"""Benchmarks: this pipeline and a tutorial-style peer, in one run, on the same servers."""
