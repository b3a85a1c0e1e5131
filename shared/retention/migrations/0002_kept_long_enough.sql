-- The rows of one kind that have been kept long enough, up to a time, and that no hold covers. A hold covers
-- everything, requests, participants, contacts (two columns), or subscriptions; p_registered: participants
-- that are registered, whose own rows stay. One query, so that Postgres plans it as a part of those that ask.
CREATE FUNCTION kept_long_enough_1(
    p_what text, p_before timestamptz, p_everything boolean, p_requests text[], p_participants text[],
    p_contacts_of text[], p_contacts text[], p_subscriptions text[], p_registered text[]
) RETURNS SETOF retained LANGUAGE sql STABLE AS $$
    SELECT *
      FROM retained
     WHERE what = p_what
       AND since <= p_before
       AND NOT p_everything
       AND NOT requests && p_requests
       AND (participant IS NULL OR participant <> ALL (p_participants))
       AND NOT EXISTS (
           SELECT
             FROM unnest(p_contacts_of, p_contacts) AS held (participant, contact_id)
            WHERE held.participant = retained.participant
              AND held.contact_id = retained.contact_id)
       AND (subscription_id IS NULL OR subscription_id <> ALL (p_subscriptions))
       AND (own_of IS NULL OR own_of <> ALL (p_registered))
$$;
