-- Texts of assessments before they are published.
REVOKE SELECT ON drafts FROM {operator};
GRANT SELECT (cause, engagement_id, stated_at, applied, what, item, version) ON drafts TO {operator};

REVOKE SELECT ON drafted_reports FROM {operator};
GRANT SELECT (engagement_id, report_id) ON drafted_reports TO {operator};

-- What is published is published once: nothing changes it afterwards.
REVOKE UPDATE, DELETE ON releases, corrections, site_events FROM {service};
