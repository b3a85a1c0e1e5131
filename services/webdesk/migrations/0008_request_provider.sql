-- The provider that is asked or helps, as the requester was told last.
ALTER TABLE requests ADD COLUMN provider text;
