"""One image with four entry points: how it is built here, and the proof that it runs."""
