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
           $1::text[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
           $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::text[]
       ) AS step (
           topic, partition, next_offset, applied, duplicate, ignored, held, refused, parked, dead,
           failures
       )
 WHERE held.topic = step.topic
   AND held.partition = step.partition;
