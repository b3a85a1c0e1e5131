"""What pages for people have in common: bounded forms, tokens, headers, templates, errors."""
