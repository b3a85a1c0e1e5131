-- Requests whose last offer was made by the matcher after the dump, in an event too old to contain
-- the declaration and entry; with the cause of the offer.
SELECT requests.tracking_number, requests.facts, made.at, made.cause,
       convert_from(made.value, 'UTF8')::json #>> '{data,provider}' AS provider,
       requests.offer_state IN ('open', 'accepted') AS taken
  FROM announced AS made
  JOIN requests
    ON requests.tracking_number = made.subject
   AND requests.tracking_number || '-O' || cardinality(requests.offered)
       = convert_from(made.value, 'UTF8')::json #>> '{data,offer_id}'
 WHERE made.type = 'gov.cri.routing.offer_made.v1'
   AND NOT EXISTS (SELECT FROM announced AS answer
                    WHERE answer.cause = made.cause
                      AND answer.type = 'gov.cri.routing.message_applied.v1'
                      AND answer.subject = made.subject)
   AND requests.offer_declaration IS NULL
 ORDER BY made.at, made."offset";
