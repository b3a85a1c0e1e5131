-- The last state of each site that was published after the dump was made.
SELECT DISTINCT ON (subject)
       subject, value
  FROM announced
 WHERE topic = 'cri.pub.reports.v1'
   AND type = 'gov.cri.reporting.site_changed.v1'
 ORDER BY subject, number DESC;
