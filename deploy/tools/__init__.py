"""Installs the tools that are not in the Python environment, from package registries."""
