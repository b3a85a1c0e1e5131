"""What all services share: the published language and how messages are delivered."""
