"""Subscriptions to news: what people choose, and the links in mails with which they say more."""
