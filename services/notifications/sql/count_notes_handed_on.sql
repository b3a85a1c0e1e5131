SELECT count(DISTINCT fact)
  FROM notices
 WHERE subject = $1
   AND message_type = 'gov.cri.note.stated.v1';
