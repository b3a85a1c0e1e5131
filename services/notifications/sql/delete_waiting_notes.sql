DELETE FROM waiting_notes
 WHERE inreplyto = ANY ($1::text[]);
