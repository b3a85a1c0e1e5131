-- Requests with an offer about which a mail should have been delivered by $1, each with that offer; locked
-- ones are left for the next time. The time is read after each lock.
SELECT locked.request, clock_timestamp() AS at, locked.offer_id
  FROM (SELECT to_request_row_2(requests) AS request, unreached_offers.offer_id
          FROM unreached_offers
          JOIN requests USING (tracking_number)
         WHERE reach_by <= $1
           AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
         ORDER BY reach_by
         LIMIT $2::integer
           FOR UPDATE OF requests SKIP LOCKED) AS locked;
