"""The Kubernetes manifests, and the generator of some of them."""
