"""
Routing decides about each request: triage, offers to providers, engagements, and its end.

Consumes ``cri.int.intake.v1`` and ``cri.int.reference.v1``; publishes ``cri.int.routing.v1``.
"""
