"""What a request is asked about, page by page, and what its answers make. Pure."""
