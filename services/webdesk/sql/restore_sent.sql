-- The database knows none of these messages: each is one more time that the draft was sent.
UPDATE drafts
   SET state = 'sent', sent_at = sent.at, request_message = sent.message_id,
       times_sent = times_sent + sent.times
  FROM (SELECT reference, count(*) AS times, max(at) AS at,
               (array_agg(message_id ORDER BY at DESC))[1] AS message_id
          FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS given (reference, message_id, at)
         GROUP BY reference) AS sent
 WHERE drafts.reference = sent.reference
   AND drafts.state <> 'accepted';
