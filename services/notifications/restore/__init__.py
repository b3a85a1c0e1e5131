"""
Brings a database that was restored from an older dump up to what participants were sent.

Events after the dump are read and decided again to recompute the requests. The messages that were
sent and their numbers come from the log; published messages are not sent again. Live batches do
not use this code.
"""
