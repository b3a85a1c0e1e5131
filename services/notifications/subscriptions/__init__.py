"""Subscriptions of the public: who gets which news by mail, and the mails with them."""
