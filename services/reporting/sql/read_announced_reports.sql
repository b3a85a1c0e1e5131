SELECT value
  FROM announced
 WHERE topic = 'cri.pub.reports.v1'
 ORDER BY subject, number;
