"""Mail: what is written, how it is sent, and what a mail server's replies mean."""
