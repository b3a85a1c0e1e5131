-- $1: how long what has ended is kept, and acts after they were sent. $2: how long a session lasts.
  WITH old_sessions AS (DELETE FROM provider_sessions WHERE started_at <= now() - $2::interval),
       old_offers AS (
       DELETE FROM offers
        WHERE changed_at <= now() - $1::interval
          AND state <> 'open'
       ),
       old_engagements AS (
       DELETE FROM engagements
        WHERE changed_at <= now() - $1::interval
          AND state <> 'open'
       )
DELETE FROM provider_acts
 WHERE sent_at <= now() - $1::interval;
