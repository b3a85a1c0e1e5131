"""The lanes, in which requests wait, and the matcher, which serves them."""
