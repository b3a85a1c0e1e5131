SELECT number, value
  FROM announced
 WHERE topic = 'cri.int.reference.v1'
   AND number > (SELECT coalesce(max(catalog.number), 0) FROM catalog)
 ORDER BY number;
