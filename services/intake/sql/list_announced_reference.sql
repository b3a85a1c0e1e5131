-- Only the types $1: this release cannot read those that a later one added.
SELECT number, value
  FROM announced
 WHERE topic = 'cri.int.reference.v1'
   AND type = ANY ($1::text[])
   AND number > (SELECT coalesce(max(catalog.number), 0) FROM catalog)
 ORDER BY number;
