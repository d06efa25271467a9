// Set the properties of registered artifacts that have changed, and the label of their type.
// parameters: rows
// Setting all of them takes three times the memory. The terms of its aliases stay, and so do the aliases at the end of
// its card, behind the state.
UNWIND $rows AS row
MATCH (a:Artifact {artifact_id: row.id})
WITH row, a, [term IN a.terms WHERE term STARTS WITH 'f\u001Falias'] AS of_aliases,
  substring(last(split(a.card, '\u001F')), size(a.state)) AS card_end
REMOVE a:$(row.old_labels)
SET a += row.properties
SET a.terms = coalesce(row.terms + of_aliases, a.terms)
SET a.card = coalesce(row.card + card_end, a.card)
SET a.kind = coalesce(a.artifact_type, '') + '\u001f' + coalesce(a.source_pipeline, '')
SET a:$(row.labels)
