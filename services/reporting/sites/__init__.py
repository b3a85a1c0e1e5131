"""Sites in public: pages, JSON, CSV and feed, all computed from what was published."""
