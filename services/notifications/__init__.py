"""
Decides who must know, and tells them on their own topics.

Consumes: cri.int.intake.v1, cri.int.answers.v1, cri.int.confidential.v1, cri.int.routing.v1,
cri.int.reference.v1. Publishes: cri.out.<participant>.v1 (each participant's stream, numbered
without a gap) and cri.int.notifications.v1 (for every event: who was told, and why others not).
"""
