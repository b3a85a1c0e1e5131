"""What must be true of the rendered manifests: schemas, policies, and agreement with the rest."""
