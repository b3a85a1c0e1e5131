"""One image with an entry point for each service: how it is built here."""
