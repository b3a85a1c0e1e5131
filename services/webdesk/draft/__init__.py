"""The form for a request, page by page, and the list of agencies. Pure."""
