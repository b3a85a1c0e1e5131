"""What a service folds is computed again from the log, beside the live tables, and compared."""
