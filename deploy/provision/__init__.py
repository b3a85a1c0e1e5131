"""Makes what `deploy/*.yaml` lists: topics, users, access list, quotas, databases and roles."""
