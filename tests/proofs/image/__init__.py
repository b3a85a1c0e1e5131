"""The proof that the image runs: it carries one request end to end."""
