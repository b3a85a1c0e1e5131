"""What the four services share: the published language and how messages are delivered."""
