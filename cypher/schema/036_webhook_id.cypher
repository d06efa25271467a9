// Make the ids of webhooks unique.
// parameters: none
CREATE CONSTRAINT catalog_webhook_id IF NOT EXISTS
FOR (webhook:_CatalogWebhook) REQUIRE webhook.id IS UNIQUE
