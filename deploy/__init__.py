"""Where Continuum runs: its list of topics, its reference data, the embedded stack, Kubernetes."""
