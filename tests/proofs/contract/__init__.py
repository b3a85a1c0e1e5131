"""Judges the published contract: broken documents, changes of schemas, examples, other parsers."""
