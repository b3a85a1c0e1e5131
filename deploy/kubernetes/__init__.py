"""Kubernetes: what is applied, and what is generated of it."""
