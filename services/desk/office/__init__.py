"""
The office's pages: how staff sign in, see what waits for them, and act.

Pages without script. They read the tables of `services.desk`, and change what participants see
only through messages of the participant ``office-desk``, sent from its outbox.
"""
