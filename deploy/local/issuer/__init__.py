"""A stand-in for the issuer that the office's staff sign in at; it is in no image."""
