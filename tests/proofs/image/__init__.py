"""Proves that the image works: its containers process one request end to end."""
