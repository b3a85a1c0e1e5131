"""The services, one package each."""
