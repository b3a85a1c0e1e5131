-- The months whose figures are published, for the monthly update.
CREATE TABLE releases (
    month text PRIMARY KEY
);

-- The last month that was published when the update was begun: later ones are told with the next.
ALTER TABLE tellings ADD COLUMN released text NOT NULL DEFAULT '';
