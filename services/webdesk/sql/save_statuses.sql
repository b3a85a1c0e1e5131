-- Of several statuses of a request, the last one stays.
UPDATE requests
   SET status = given.status, since = given.since, sentence = given.sentence, program = given.program,
       provider = given.provider,
       next_what = given.next_what, next_by = given.next_by, last = given.number,
       ended_at = CASE WHEN given.has_ended THEN coalesce(ended_at, now()) END
  FROM (SELECT DISTINCT ON (tracking_number) *
          FROM unnest($1::text[], $2::bigint[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],
                      $8::text[], $9::timestamptz[], $10::boolean[])
            AS each (tracking_number, number, status, since, sentence, program, provider, next_what, next_by, has_ended)
         ORDER BY tracking_number, number DESC) AS given
 WHERE requests.tracking_number = given.tracking_number
   AND requests.last < given.number;
