-- How long a paused clock still has to run, in seconds: it has no due_at meanwhile, so that an earlier
-- release that runs beside this one does not let it run out.
ALTER TABLE requests ADD COLUMN due_left double precision;
ALTER TYPE request_row_2 ADD ATTRIBUTE due_left double precision;

CREATE OR REPLACE FUNCTION to_request_row_2(p_request requests) RETURNS request_row_2
LANGUAGE sql STABLE AS $$
    SELECT ROW(p_request.tracking_number, p_request.request_id::text, p_request.participant,
               p_request.status, p_request.facts, p_request.need_stated, p_request.traceparent,
               p_request.program, p_request.lane, p_request.queue_number, p_request.queued,
               p_request.fresh, p_request.waits_for, p_request.published, p_request.decided,
               p_request.last_event::text, p_request.offer_state, p_request.offer_expires_at,
               p_request.offer_declaration::text, p_request.offer_entry, p_request.due_clock,
               p_request.due_at, p_request.due_cause::text, p_request.recorded, p_request.past,
               p_request.waits_until, p_request.affected, p_request.offered,
               p_request.due_left)::request_row_2
$$;
