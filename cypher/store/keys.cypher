// Return all API keys, by name and instant.
// parameters: none
MATCH (key:_CatalogKey)
WHERE key.digest IS NOT NULL
RETURN key.digest AS digest, key.name AS name, key.scope AS scope, key.created_at AS created_at,
  key.created_by AS created_by, key.expires_at AS expires_at, key.used_at AS used_at
ORDER BY name, created_at, digest
