"""Subscriptions to news: what people choose, and the links in mails that let them change it."""
