-- A process of 0.2.0, beside this release during an upgrade, takes in an amendment without
-- publishing it. Then the events no longer give the whole state, and it is recorded again.
CREATE FUNCTION unrecord_request_1() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.recorded := 0;
    RETURN NEW;
END
$$;
CREATE TRIGGER unrecord_request BEFORE UPDATE ON requests
   FOR EACH ROW
  WHEN (NEW.published = OLD.published AND NEW.recorded = OLD.recorded
        AND (NEW.facts, NEW.need_stated, NEW.fresh) IS DISTINCT FROM (OLD.facts, OLD.need_stated, OLD.fresh))
EXECUTE FUNCTION unrecord_request_1();
