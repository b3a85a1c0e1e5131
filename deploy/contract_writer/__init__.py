"""Writes the published contract, `deploy/contract`, from the models of `shared/contracts`."""
