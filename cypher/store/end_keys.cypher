// Let API keys end at an instant, unless they end before.
// parameters: digests, at
UNWIND $digests AS digest
MATCH (key:_CatalogKey {digest: digest})
SET key.expires_at = CASE WHEN key.expires_at < $at THEN key.expires_at ELSE $at END
