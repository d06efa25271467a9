// Replace the properties of existing artifacts, and the label of their type.
// parameters: rows
// What is not registered has no `kind`, by which the counts of a closure tell it. The terms of its aliases stay, as long as it is registered,
// and so do the aliases at the end of its card, behind the state.
// Its position stays if the row has none, and so does the list of its recorded changes.
UNWIND $rows AS row
MATCH (a:Artifact {artifact_id: row.properties.artifact_id})
WITH row, a, a.position AS position, a.changes AS changes, [term IN coalesce(a.terms, []) WHERE term STARTS WITH 'f\u001Falias'] AS of_aliases,
  substring(last(split(a.card, '\u001F')), size(a.state)) AS card_end
REMOVE a:$(row.old_labels)
SET a = row.properties
SET a.changes = changes
SET a.position = coalesce(a.position, position)
SET a.kind = CASE a.state WHEN 'registered' THEN coalesce(a.artifact_type, '') + '\u001f' + coalesce(a.source_pipeline, '') END
SET a.terms = a.terms + of_aliases
SET a.card = a.card + CASE a.state WHEN 'registered' THEN card_end ELSE '' END
SET a:$(row.labels)
