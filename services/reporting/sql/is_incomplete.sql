-- Whether an earlier release folded a request accepted before $1, without its topics or its agency.
SELECT EXISTS (
           SELECT
             FROM requests
            WHERE accepted_at < $1::timestamptz
              AND (topics IS NULL OR agency IS NULL));
