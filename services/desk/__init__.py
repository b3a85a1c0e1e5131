"""
The office's desk: what waits for the program office, why, and what its people did about it.

Keeps the cases, their notices and a work list. Consumes ``cri.int.intake.v1``,
``cri.int.routing.v1``, ``cri.int.notifications.v1``, ``cri.int.mail.v1``,
``cri.int.reporting.v1``, ``cri.int.reference.v1`` and, as the participant ``office-desk``,
``cri.out.office-desk.v1``. Publishes what that participant sends, ``cri.in.office-desk.v1``, and
nothing else. Decides nothing about a request or a report.
"""
