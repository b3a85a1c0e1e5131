SELECT EXISTS (SELECT FROM capacity_changes);
