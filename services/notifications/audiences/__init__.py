"""Who hears of each event, by which message, in which words. Pure: no I/O, no hidden inputs."""
