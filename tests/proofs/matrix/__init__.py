"""Who may do what on Kafka: the table, what the broker says, and what happens when it is tried."""
