-- What each asker may know about: its own requests, and those it holds an offer or an engagement
-- of; open ones first, at most 500 each, with the count of all.
SELECT question.asker, question.offers_only, known.tracking_number, known.participant,
       known.status, known.since, known.sentence, known.provider_sentence, known.program,
       known.provider, known.offer_id, known.expires_at, known.of_all
  FROM unnest($1::text[], $2::boolean[]) AS question (asker, offers_only)
 CROSS JOIN LATERAL (
       SELECT mine.*, count(*) OVER () AS of_all
         FROM (SELECT * FROM requests WHERE participant = question.asker
                UNION ALL
               SELECT * FROM requests WHERE provider = question.asker
                  AND participant <> question.asker) AS mine
        WHERE NOT question.offers_only OR mine.expires_at IS NOT NULL
        ORDER BY mine.status IN ('closed', 'ineligible', 'withdrawn'), mine.tracking_number
        LIMIT 500) AS known;
