-- For each asker a page of the requests that it may see: its own, and those for which it has an offer or an
-- engagement, open ones first; with the number of requests from the start of the page to the end of the list.
SELECT question.number, known.tracking_number, known.participant, known.status, known.since,
       known.sentence, known.provider_sentence, known.program, known.provider, known.offer_id,
       known.expires_at, known.engagement_id, known.topics, known.service_forms,
       known.wished_from, known.wished_until, known.of_all
  FROM unnest($1::text[], $2::boolean[], $3::boolean[], $4::text[])
  WITH ORDINALITY AS question (asker, offers_only, after_ended, after, number)
 CROSS JOIN LATERAL (
       SELECT mine.*, count(*) OVER () AS of_all
         FROM (SELECT * FROM requests WHERE participant = question.asker
                UNION ALL
               SELECT * FROM requests WHERE provider = question.asker
                  AND participant <> question.asker) AS mine
        WHERE (NOT question.offers_only OR mine.expires_at IS NOT NULL)
          AND (mine.status IN ('closed', 'ineligible', 'withdrawn'), mine.tracking_number)
            > (question.after_ended, question.after)
        ORDER BY mine.status IN ('closed', 'ineligible', 'withdrawn'), mine.tracking_number
        LIMIT $5::integer) AS known;
