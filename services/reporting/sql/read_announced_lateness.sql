SELECT value
  FROM announced
 WHERE topic = 'cri.int.reporting.v1'
   AND type = 'gov.cri.reporting.publication_late.v1'
 ORDER BY subject, number;
