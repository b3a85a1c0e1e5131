"""The demonstration: participants' systems that ask, answer, work and report, end to end."""
