"""Publication: reports are drafted, checked by the agency, approved, published and corrected."""
