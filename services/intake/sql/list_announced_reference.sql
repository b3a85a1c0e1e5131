SELECT number, value
  FROM announced
 WHERE topic = 'cri.int.reference.v1'
 ORDER BY number;
