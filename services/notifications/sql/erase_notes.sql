DELETE FROM notes
 WHERE fact = ANY ($1::uuid[]);
