"""A mail server of the embedded stack: it keeps every mail as a file, and shows them on a page."""
