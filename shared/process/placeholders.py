"""Values that stand in manifests and guides in place of real ones."""

import re

_PLACEHOLDER = re.compile(
    r"\.(?:example|invalid|test)\.?(?![\w.-])"  # reserved host names: RFC 2606
    r"|(?<!\d)555[ .-]?01\d\d(?!\d)"  # telephone numbers reserved for fiction
    r"|(?<![\d-])0000-0000(?![\d-])",  # an OMB control number that no agency can have
    re.IGNORECASE,
)


def is_placeholder(text: str) -> bool:
    """Tell whether *text* holds a host name, phone number or OMB number that cannot be real."""
    return _PLACEHOLDER.search(text) is not None
