"""Kubernetes: what is applied, what is generated of it, and what checks it."""
