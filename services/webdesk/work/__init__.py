"""What providers without a system are asked, what they work on, and what they do. Pure."""
