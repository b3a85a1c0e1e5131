-- Requests of the period that an earlier release folded, without what they ask for.
SELECT EXISTS (
           SELECT
             FROM requests
            WHERE accepted_at < $1::timestamptz
              AND (topics IS NULL OR agency IS NULL));
