// Store a new webhook.
// parameters: webhook
CREATE (webhook:_CatalogWebhook)
SET webhook = $webhook
