DELETE FROM capacity_changes;
