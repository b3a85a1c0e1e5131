"""Restores a service's tables from its own topics."""
