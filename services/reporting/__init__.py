"""
Reporting: what agencies asked for, what became of it, and how long it took.

Keeps a timeline of each request and live figures (for operators), and publishes monthly releases
and announcements about programs. Decides what becomes part of an assessment and what is published
of it, and nothing about a request. Consumes ``cri.int.intake.v1``, ``cri.int.routing.v1``,
``cri.int.reference.v1`` and ``cri.int.drafts.v1`` (texts of assessments). Publishes
``cri.int.reporting.v1`` (answers, and what participants are told about reports),
``cri.int.texts.v1`` (texts of reports for those who ask, and why a version was returned),
``cri.pub.programs.v1`` and ``cri.pub.reports.v1``.
"""
