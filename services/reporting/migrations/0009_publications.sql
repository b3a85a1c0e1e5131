-- Sites that are announced, with their plans, and the reports about them, as JSON. What is public of them
-- is on cri.pub.reports.v1; a report here may be a draft. Each engagement's rows are written behind the
-- lock on its publication.
CREATE TABLE publications (
    engagement_id text PRIMARY KEY,
    slug          text NOT NULL UNIQUE,
    content       text NOT NULL
);

CREATE TABLE drafted_reports (
    engagement_id text NOT NULL REFERENCES publications,
    report_id     text NOT NULL,
    content       text NOT NULL,
    PRIMARY KEY (engagement_id, report_id)
);

-- Who verified a status: that person does not approve a report with it. NULL in rows of earlier releases.
ALTER TABLE verified_statuses
  ADD COLUMN verified_for text,
  ADD COLUMN verified_by  text;
