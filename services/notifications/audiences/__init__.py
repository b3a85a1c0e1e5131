"""Who is sent which message for each event, and its text. Pure: no I/O, no hidden inputs."""
