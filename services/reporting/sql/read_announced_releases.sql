SELECT value
  FROM announced
 WHERE topic = 'cri.pub.reports.v1'
   AND type = 'gov.cri.reporting.release_published.v1'
 ORDER BY subject, number;
