"""A request's life: what each message leads to, and the state after each event. Pure."""
