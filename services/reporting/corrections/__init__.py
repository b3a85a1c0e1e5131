"""Corrections of figures that were released, when more is known of their month."""
