// Return all webhooks, the oldest first.
// parameters: none
MATCH (webhook:_CatalogWebhook)
WHERE webhook.id IS NOT NULL
RETURN properties(webhook) AS webhook
ORDER BY webhook.created_at, webhook.id
