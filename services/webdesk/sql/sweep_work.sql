-- $1: how long what has ended is kept; acts are kept as long after they were sent.
  WITH old_offers AS (
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
