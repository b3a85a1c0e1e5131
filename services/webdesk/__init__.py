"""
The public desk: the pages on which an agency without a system asks for help.

Keeps drafts of requests until they are sent, at most 30 days. It is the participant ``web-desk``:
it publishes what that participant sends, ``cri.in.web-desk.v1``, and consumes
``cri.out.web-desk.v1``. It knows no other topic, and nothing of the office's desk.
"""
