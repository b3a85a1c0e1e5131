"""The client side of the contract: the systems of agencies, providers and the program office."""
