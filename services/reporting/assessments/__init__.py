"""Assessments in public: what is recorded, who decides a status, and the shares."""
