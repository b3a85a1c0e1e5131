"""Who hears of each fact, by which message, in which words. Pure: no I/O, no hidden inputs."""
