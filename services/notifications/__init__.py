"""
Decides which participants must learn of an event and writes messages to their topics.

Consumes: cri.int.intake.v1, cri.int.answers.v1, cri.int.confidential.v1, cri.int.routing.v1,
cri.int.reference.v1, cri.int.reporting.v1 (answers), cri.int.texts.v1 (texts of reports for those
who ask, and why a version was returned), cri.int.mail.v1 (notices that reached nobody by mail) and
cri.pub.reports.v1 (months whose figures are published, reports, corrections). Publishes:
cri.out.<participant>.v1 (each participant's messages, numbered without gaps),
cri.int.notifications.v1 (for every event: who was sent a message, and why others were not) and
cri.int.mail.v1 (what became of each mail). Sends mails, if it has a mail server.
"""
