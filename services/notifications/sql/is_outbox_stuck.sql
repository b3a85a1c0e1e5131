-- Whether a message has waited in the outbox for $1: then Kafka takes none.
SELECT coalesce((SELECT appended_at <= now() - $1::interval
                   FROM outbox
                  ORDER BY id
                  LIMIT 1), false);
