"""Values that stand in manifests and guides in place of real ones."""

import re

_PLACEHOLDER = re.compile(
    r"\.(?:example|invalid|test)\.?(?![\w.-])"  # names that nobody can have: RFC 2606
    r"|(?<!\d)555[ .-]?01\d\d(?!\d)"  # telephone numbers that are kept for fiction
    r"|(?<![\d-])0000-0000(?![\d-])",  # no agency has the control numbers 0000 of the OMB
    re.IGNORECASE,
)


def is_placeholder(text: str) -> bool:
    """Tell whether *text* names a host, a telephone or a control number that nobody can have."""
    return _PLACEHOLDER.search(text) is not None
