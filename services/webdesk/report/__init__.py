"""Reports that an agency checks and replies to: their places, and its answers. Pure."""
