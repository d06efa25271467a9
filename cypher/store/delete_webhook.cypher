// Delete a webhook.
// parameters: id
MATCH (webhook:_CatalogWebhook {id: $id})
DELETE webhook
