"""Looks at every page in a browser, as its readers do: wide, narrow, enlarged, by keyboard."""
