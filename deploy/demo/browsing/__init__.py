"""A person's browser in the demonstration: it knows what pages show, and nothing else."""
