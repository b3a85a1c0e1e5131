-- Read under the lock of the request, which both sides take first: a note and the answer to the
-- message that it came with cannot miss each other.
SELECT inreplyto, key, event
  FROM waiting_notes
 WHERE inreplyto = ANY ($1::text[]);
