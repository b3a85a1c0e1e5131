-- The declarations of providers, in order: the last before the dump, then those since the dump, each
-- with the time when routing took it in.
SELECT provider, declaration, valid_until, entries, NULL::timestamptz AS at, 0::bigint AS id
  FROM capacities
 WHERE declaration IS NOT NULL
 UNION ALL
SELECT change.provider, change.declaration, change.valid_until, change.entries,
       coalesce(announced.at, now()), change.id
  FROM capacity_changes AS change
  LEFT JOIN announced
    ON announced.cause = change.declaration::text
   AND announced.type = 'gov.cri.routing.message_applied.v1'
 WHERE change.entries IS NOT NULL
 ORDER BY id;
