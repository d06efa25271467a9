// Count the candidates of each source, up to a cap.
// parameters: sources, cap
UNWIND $sources AS source
CALL (source) {
  // include: source_capped
  RETURN count(*) AS hits
}
RETURN collect(hits) AS hits
