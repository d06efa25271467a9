"""Searches in the file.

`index` and `labels` write what is searched. For `search` and `list`, `finding` fills a page with the candidates of
`sources` that meet the `conditions` of a query, most of which are `label_sets`. `counting` has totals and facets,
`spelling` suggestions.
"""
