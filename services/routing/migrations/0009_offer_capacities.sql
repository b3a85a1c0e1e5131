-- The capacities of the providers that hold open offers of p_requests: after an amendment, the entry
-- that an offer took a place of decides whether the offer still fits. Only the matcher changes
-- capacities, while it holds the locks of the requests to which it makes offers; so they are read
-- without locks, behind those on the requests. Volatile, to see what was committed before them.
CREATE FUNCTION offer_capacities_1(p_requests text[]) RETURNS capacity_row[]
LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(p_requests) = 0 THEN
        RETURN NULL;
    END IF;
    RETURN ARRAY(
        SELECT ROW(provider, declaration::text, valid_until, entries, free, load,
                   last_offer)::capacity_row
          FROM capacities
         WHERE provider IN (
               SELECT offered[cardinality(offered)]
                 FROM requests
                WHERE tracking_number = ANY (p_requests) AND status = 'offered'));
END
$$;
