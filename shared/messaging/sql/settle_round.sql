-- All that a round leaves behind: messages, checkpoints, gates, counts. Gates move from where they were
-- read and from nowhere else; one that was not there may have become a stub meanwhile. First comes
-- how many were saved, then those that had a row: only for them can a record be waiting, as
-- whoever holds a record makes the row that it waits for.
WITH sent AS (
    INSERT INTO outbox (event_id, topic, key, value, headers)
    SELECT event_id, topic, key, value, headers
      FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[], $5::bytea[]) WITH ORDINALITY
           AS message (event_id, topic, key, value, headers, place)
     ORDER BY place),
moved AS (
    UPDATE checkpoints AS held
       SET next_offset = step.next_offset,
           applied     = held.applied + step.applied,
           duplicate   = held.duplicate + step.duplicate,
           ignored     = held.ignored + step.ignored,
           held        = held.held + step.held,
           refused     = held.refused + step.refused,
           parked      = held.parked + step.parked,
           dead        = held.dead + step.dead,
           failures    = step.failures::jsonb,
           moved_at    = now()
      FROM unnest(
               $6::text[], $7::integer[], $8::bigint[], $9::bigint[], $10::bigint[],
               $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[],
               $16::text[]
           ) AS step (
               topic, partition, next_offset, applied, duplicate, ignored, held, refused, parked,
               dead, failures
           )
     WHERE held.topic = step.topic
       AND held.partition = step.partition),
opened AS (
    INSERT INTO gates (topic, subject, last)
    SELECT topic, subject, last
      FROM unnest($17::text[], $18::text[], $19::bigint[]) AS taken (topic, subject, last)
        ON CONFLICT (topic, subject) DO UPDATE
       SET last = excluded.last
     WHERE gates.last = 0
    RETURNING topic, subject, last, xmax <> 0 AS was_there),
advanced AS (
    UPDATE gates
       SET last = taken.last
      FROM unnest($20::text[], $21::text[], $22::bigint[], $23::bigint[])
           AS taken (topic, subject, read, last)
     WHERE gates.topic = taken.topic
       AND gates.subject = taken.subject
       AND gates.last = taken.read
    RETURNING gates.topic, gates.subject, gates.last),
counted AS (
    INSERT INTO counts AS before (topic, partition, what, number)
    SELECT $24, $25, what, number
      FROM unnest($26::text[], $27::bigint[]) AS counted (what, number)
     ORDER BY what
        ON CONFLICT (topic, partition, what) DO UPDATE
       SET number = before.number + excluded.number)
SELECT '' AS topic, '' AS subject,
       (SELECT count(*) FROM opened) + (SELECT count(*) FROM advanced) AS last
 UNION ALL
SELECT topic, subject, last
  FROM opened
 WHERE was_there
 UNION ALL
SELECT topic, subject, last
  FROM advanced;
