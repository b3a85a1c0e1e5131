"""
Intake validates every message from participants, accepts or refuses it, and owns requests.

Consumes: every cri.in.<participant>.v1; terminal states of requests from cri.int.routing.v1.
Publishes: cri.int.intake.v1 (the log of requests), cri.int.answers.v1 (refusals, repetitions and
status questions), cri.int.reference.v1 (participants, programs, topics, providers, rule sets),
cri.int.confidential.v1 (contacts and free text) and cri.int.drafts.v1 (texts of assessments).
"""
