// Move edges from the present lineage to its history.
// parameters: edges, now
UNWIND $edges AS edge
MATCH (child)-[present:DERIVED_FROM {key: edge[0] + '\u001F' + edge[1]}]->(parent)
USING INDEX present:DERIVED_FROM(key)
CREATE (child)-[:WAS_DERIVED_FROM {created_at: present.created_at, removed_at: $now}]->(parent)
DELETE present
