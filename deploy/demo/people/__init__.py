"""People of agencies without a system: they ask for help on the public pages."""
