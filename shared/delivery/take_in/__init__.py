"""Takes in a batch in one transaction: opens it, decides, and closes it."""
