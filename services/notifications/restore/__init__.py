"""
Brings a database that was restored from an older dump up to what participants were sent.

The events that came after the dump are read again and decided again, for what is held of each
request follows from them. But who was sent what, under which number, is taken from the log, and
what stands there is not sent again. Nothing of this runs in live batches.
"""
