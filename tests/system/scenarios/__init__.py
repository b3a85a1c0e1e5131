"""Disasters that no service can heal by itself, each played alone and judged by its own terms."""
