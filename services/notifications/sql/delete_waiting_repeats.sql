DELETE FROM waiting_repeats
 WHERE first = ANY ($1::text[]);
