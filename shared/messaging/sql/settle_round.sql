-- All that a round leaves behind: messages, checkpoints, gates, counts. Gates move from where they were
-- read and from nowhere else; one that had no row (read is null) may have become a stub meanwhile.
-- First comes how many were saved, then those that had a row: only for them can a record be waiting,
-- as the batch that holds a record also makes the row that it waits for.
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
      FROM unnest($2::checkpoint_step[]) AS step
     WHERE held.topic = step.topic
       AND held.partition = step.partition),
opened AS (
    INSERT INTO gates (topic, subject, last)
    SELECT topic, subject, last
      FROM unnest($3::gate_step[])
     WHERE read IS NULL
        ON CONFLICT (topic, subject) DO UPDATE
       SET last = excluded.last
     WHERE gates.last = 0
    RETURNING topic, subject, last, xmax <> 0 AS was_there),
advanced AS (
    UPDATE gates
       SET last = taken.last
      FROM unnest($3::gate_step[]) AS taken
     WHERE gates.topic = taken.topic
       AND gates.subject = taken.subject
       AND gates.last = taken.read
    RETURNING gates.topic, gates.subject, gates.last),
counted AS (
    INSERT INTO counts AS before (topic, partition, what, number)
    SELECT topic, partition, what, number
      FROM unnest($4::count_row[])
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
