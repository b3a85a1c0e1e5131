"""The published language: pydantic models of every message, one module for each producer."""
