"""
Reporting: what was asked, what became of it, how long it took.

Responsible for: a timeline per request (for operators), figures that everybody may see, and news
about the programs. Consumes: ``cri.int.intake.v1``, ``cri.int.routing.v1``,
``cri.int.reference.v1``. Publishes: ``cri.pub.programs.v1``. Decides nothing about a request.
"""
