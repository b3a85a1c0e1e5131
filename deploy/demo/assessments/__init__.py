"""The demonstration's assessments: from the first finding to what the public reads."""
