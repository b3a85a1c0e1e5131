"""The lifecycle of a request: decisions about messages, and the state after events. Pure."""
