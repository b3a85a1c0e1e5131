"""Rules of programs and providers: facts, triage, matching, and decision records. Pure."""
