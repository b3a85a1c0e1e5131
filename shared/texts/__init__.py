"""What may not be in a text, wherever people write one."""
