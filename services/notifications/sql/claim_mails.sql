-- Claims due mails that no other process is claiming, that wait for no digest, and whose template this
-- release knows. The address is null if the contact has none any more, or wants no mail there. `kinds` is null
-- if the contact has chosen nothing; for a subscriber, news that it has ended is off. `others` are the other
-- mails to the same audience about the same request, each as its kind, its state, and whether it came later, in
-- the order of their messages. `gets` is what a subscriber has confirmed: its kinds, and the cadence and program
-- of its solicitations, whose kind sorts last. `later` is what was published since the telling of a mail about reports was
-- begun, if it may change what the mail says.
WITH due AS (
    SELECT mail_id
      FROM mails
     WHERE state IN ('prepared', 'try_later')
       AND due_at <= now()
       AND digest_at IS NULL
       AND template = ANY ($2::text[])
     ORDER BY due_at, number, mail_id
     LIMIT $1
       FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE mails
       SET state          = 'sending',
           claimed_at     = now(),
           tries          = tries + 1,
           first_tried_at = coalesce(first_tried_at, now())
      FROM due
     WHERE mails.mail_id = due.mail_id
    RETURNING mails.mail_id, fact, notice, audience, mails.contact_id, correlation, key, published, tries,
              first_tried_at, prepared_at, about, number, kind, template, facts, matter, timing
)
SELECT mail_id, notice, claimed.audience, claimed.contact_id, correlation, key, published, tries,
       first_tried_at, prepared_at, template, facts, CASE
           WHEN NOT EXISTS (
               SELECT
                 FROM do_not_send
                WHERE do_not_send.address
                      = sha256(convert_to(lower(trim(coalesce(email, subscribers.address))), 'UTF8')))
           THEN coalesce(email, subscribers.address)
       END, claimed.kind,
       ARRAY(SELECT ROW(other.kind, other.state, other.number > claimed.number)
               FROM mails AS other
              WHERE other.about = claimed.about
                AND other.audience = claimed.audience
                AND other.mail_id <> claimed.mail_id
              ORDER BY other.number) AS others,
       matter, timing, now() AS at,
       CASE
           WHEN subscribers.audience IS NULL OR matter = 'subscription' OR wished.kind IS NOT NULL THEN kinds
           ELSE json_build_object(matter, 'off')::text
       END AS kinds,
       quiet_from, quiet_until,
       coalesce(preferences.zone, contacts.zone, subscribers.zone) AS zone,
       about,
       (SELECT json_build_array(
                   array_agg(got.kind ORDER BY got.kind),
                   (array_agg(got.cadence ORDER BY got.kind DESC))[1],
                   (array_agg(got.program ORDER BY got.kind DESC))[1])::text
          FROM subscriptions AS got
         WHERE got.audience = claimed.audience
           AND got.state = 'confirmed') AS gets,
       ARRAY(SELECT ROW(later.kind, later.subject, later.report, coalesce(agency, ''), later.title)
               FROM tellings
               JOIN published_news AS later ON later.number > tellings.reported
               LEFT JOIN public_sites ON slug = later.subject
              WHERE tellings.fact = claimed.fact
                AND claimed.kind IN ('report', 'update')
                AND (later.kind = 'report_withdrawn' OR later.title <> '')
              ORDER BY later.number) AS later
  FROM claimed
  LEFT JOIN contacts
    ON contacts.participant = claimed.audience
   AND contacts.contact_id = claimed.contact_id
  LEFT JOIN preferences
    ON preferences.participant = claimed.audience
   AND preferences.contact_id = claimed.contact_id
  LEFT JOIN subscribers
    ON subscribers.audience = claimed.audience
  LEFT JOIN subscriptions AS wished
    ON wished.audience = claimed.audience
   AND wished.kind = claimed.matter
   AND wished.state = 'confirmed'
 ORDER BY claimed.number;
