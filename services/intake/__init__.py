"""
The only door: reads what participants send, accepts or refuses it, owns the request.

Consumes: every cri.in.<participant>.v1; of cri.int.routing.v1 the ends of requests.
Publishes: cri.int.intake.v1 (the log of requests), cri.int.answers.v1 (what changes nothing),
cri.int.reference.v1 (participants, programs, topics, providers, rule sets) and
cri.int.confidential.v1 (contacts and words).
"""
