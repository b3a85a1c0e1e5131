"""One image with four entry points: how it is built here."""
