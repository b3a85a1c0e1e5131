"""
Reporting: what agencies asked for, what became of it, and how long it took.

Keeps a timeline of each request and live figures (for operators), and publishes monthly releases
and announcements about programs. Consumes ``cri.int.intake.v1``, ``cri.int.routing.v1`` and
``cri.int.reference.v1``. Publishes ``cri.pub.programs.v1`` and ``cri.pub.reports.v1``. Decides
nothing about a request.
"""
