"""The lanes in which requests wait, and the matcher that serves them."""
