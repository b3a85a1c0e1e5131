-- When a request ended, by the business clock: it changes once, so that other changes of its status do not
-- touch the index. As long after that its need, the notes about it and the contacts that it names are kept.
ALTER TABLE requests ADD COLUMN ended_at timestamptz GENERATED ALWAYS AS (
    CASE WHEN status IN ('closed', 'ineligible', 'withdrawn') THEN since END) STORED;
CREATE INDEX requests_ended ON requests (ended_at) WHERE ended_at IS NOT NULL;

-- Which requests name a contact.
CREATE INDEX requests_naming ON requests USING gin ((contact_ids::jsonb));

-- When the contact was set last, in real time. Those of before this release count from now, which keeps
-- them longer, never shorter.
ALTER TABLE contacts ADD COLUMN set_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX contacts_set ON contacts (set_at);

CREATE INDEX mails_unsent ON mails (audience, contact_id)
 WHERE state IN ('prepared', 'sending', 'try_later', 'outcome_unknown');

-- A contact goes when all requests that name it have ended, no mail to it is to be sent and nobody is to be
-- called about them. Its key has the participant up to the first blank.
CREATE INDEX contacts_key ON contacts ((participant || ' ' || contact_id));
CREATE VIEW contact_ends AS
SELECT contacts.participant || ' ' || contacts.contact_id AS key,
       CASE
            WHEN NOT coalesce(named.is_open, false)
             AND NOT EXISTS (
                 SELECT
                   FROM mails
                  WHERE mails.audience = contacts.participant
                    AND mails.contact_id = contacts.contact_id
                    AND mails.state IN ('prepared', 'sending', 'try_later', 'outcome_unknown'))
             AND NOT EXISTS (
                 SELECT
                   FROM notices
                   JOIN calls USING (fact, audience)
                  WHERE notices.subject = ANY (named.requests)
                    AND NOT EXISTS (
                        SELECT
                          FROM settlements
                         WHERE settlements.notice = calls.notice
                           AND settlements.audience = calls.audience))
            THEN greatest(contacts.set_at, named.ended_at)
       END AS since,
       contacts.set_at,
       named.requests,
       contacts.participant,
       contacts.contact_id,
       contacts.of_caller
  FROM contacts
 CROSS JOIN LATERAL (
       SELECT bool_or(requests.ended_at IS NULL)  AS is_open,
              max(requests.ended_at)              AS ended_at,
              array_agg(requests.tracking_number) AS requests
         FROM requests
        WHERE requests.participant = contacts.participant
          AND requests.contact_ids::jsonb ? contacts.contact_id) AS named;

-- A contact that no request names belongs to its participant; that of a caller is of a kind of its own, and
-- counts from when it was set. A subscription's key has the audience up to the first blank.
CREATE OR REPLACE VIEW retained (
    what, key, since, earliest, requests, participant, contact_id, subscription_id, own_of
) AS
SELECT 'needs'::text, tracking_number, ended_at, ended_at, ARRAY[tracking_number], participant, NULL::text,
       NULL::text, NULL::text
  FROM needs
  JOIN requests USING (tracking_number)
 UNION ALL
SELECT 'notes', notes.fact::text, ended_at, ended_at, ARRAY[tracking_number], requests.participant, NULL,
       NULL, NULL
  FROM notes
  JOIN requests USING (tracking_number)
 UNION ALL
SELECT 'contacts', key, since, set_at, coalesce(requests, '{}'), participant, contact_id, NULL,
       CASE WHEN requests IS NULL THEN participant END
  FROM contact_ends
 WHERE requests IS NOT NULL
    OR NOT of_caller
 UNION ALL
SELECT 'callers', key, since, set_at, '{}', participant, contact_id, NULL, NULL
  FROM contact_ends
 WHERE requests IS NULL
   AND of_caller
 UNION ALL
SELECT 'unconfirmed', audience || ' ' || kind, since, since, '{}', NULL, NULL,
       split_part(audience, ':', 2), NULL
  FROM subscriptions
 WHERE state = 'asked'
 UNION ALL
SELECT 'codes_sent', mail_id::text, at, at, '{}', NULL, NULL, NULL, NULL
  FROM codes_sent;
