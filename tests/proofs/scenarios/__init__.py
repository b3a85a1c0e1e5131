"""Scenarios with a fixed order, such as a rollout; each runs alone and has its own criteria."""
