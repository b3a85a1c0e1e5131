"""What has an order of its own, such as a rollout: each played alone, judged by its own terms."""
