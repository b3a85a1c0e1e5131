"""A real Kubernetes control plane on this machine, with nodes that only pretend to run pods."""
