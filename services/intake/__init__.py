"""
Intake validates every message from participants, accepts or refuses it, and owns requests.

Consumes: every cri.in.<participant>.v1; terminal states of requests from cri.int.routing.v1.
Publishes: cri.int.intake.v1 (the log of requests), cri.int.answers.v1 (refusals, repetitions, and
questions about statuses and case files), cri.int.reference.v1 (the catalog: participants,
programs, providers, rule sets and so on), cri.int.confidential.v1 (contacts, subscriptions and
free text) and cri.int.drafts.v1 (texts of assessments and reports).
"""
