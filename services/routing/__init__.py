"""
Routing decides about each request: triage, offers to providers, engagements, and its end.

Consumes ``cri.int.intake.v1``, ``cri.int.reference.v1`` and ``cri.int.mail.v1`` (deliveries of
mails about offers); publishes ``cri.int.routing.v1``.
"""
