"""
Routing decides what becomes of each request, from triage to its one end.

Consumes ``cri.int.intake.v1`` and ``cri.int.reference.v1``; publishes ``cri.int.routing.v1``.
"""
