"""Erases what a service need not keep any longer, by windows that are settings."""
