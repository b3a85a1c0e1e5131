"""Creates the topics, users, ACLs, quotas, databases and roles of `deploy/*.yaml`."""
