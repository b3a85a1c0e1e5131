-- Read under the lock of the participant's sequence, which both sides take first: a repeat and
-- the first answer cannot miss each other.
SELECT inreplyto, first, key, event
  FROM waiting_repeats
 WHERE first = ANY ($1::text[])
 ORDER BY inreplyto;
