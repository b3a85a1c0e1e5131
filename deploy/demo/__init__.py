"""The demonstration: participants request help, answer offers and report work, end to end."""
