"""Carries out operators' orders."""
