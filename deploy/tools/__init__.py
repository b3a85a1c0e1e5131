"""Tools beyond the Python environment: one list, brought from package registries."""
