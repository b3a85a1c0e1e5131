-- All that a round leaves behind: messages, checkpoints, gates, counts. Gates move from where they were
-- read and from nowhere else; one that was not there may have become a stub meanwhile. First comes
-- how many were saved, then those that had a row: only for them can a record be waiting, as
-- whoever holds a record makes the row that it waits for.
WITH sent AS (
    INSERT INTO outbox (
               event_id, topic, key, value, headers, type, subject, correlation, cause, inreplyto)
    SELECT event_id, topic, key, value, headers, type, subject, correlation, cause, inreplyto
      FROM unnest($1::outbox_row[]) WITH ORDINALITY AS message (
               event_id, topic, key, value, headers, type, subject, correlation, cause, inreplyto,
               place)
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
               $2::text[], $3::integer[], $4::bigint[], $5::bigint[], $6::bigint[],
               $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],
               $12::text[]
           ) AS step (
               topic, partition, next_offset, applied, duplicate, ignored, held, refused, parked,
               dead, failures
           )
     WHERE held.topic = step.topic
       AND held.partition = step.partition),
opened AS (
    INSERT INTO gates (topic, subject, last)
    SELECT topic, subject, last
      FROM unnest($13::text[], $14::text[], $15::bigint[]) AS taken (topic, subject, last)
        ON CONFLICT (topic, subject) DO UPDATE
       SET last = excluded.last
     WHERE gates.last = 0
    RETURNING topic, subject, last, xmax <> 0 AS was_there),
advanced AS (
    UPDATE gates
       SET last = taken.last
      FROM unnest($16::text[], $17::text[], $18::bigint[], $19::bigint[])
           AS taken (topic, subject, read, last)
     WHERE gates.topic = taken.topic
       AND gates.subject = taken.subject
       AND gates.last = taken.read
    RETURNING gates.topic, gates.subject, gates.last),
counted AS (
    INSERT INTO counts AS before (topic, partition, what, number)
    SELECT $20, $21, what, number
      FROM unnest($22::text[], $23::bigint[]) AS counted (what, number)
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
