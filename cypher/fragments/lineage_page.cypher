// Choose one page of `nodes`, which lie at `depths` in ascending order, by depth and id.
// parameters: limit, after_depth, after_id
// Only the levels on which the page may lie are put in order by id.
WITH *, size(nodes) AS total,
  size([d IN depths WHERE d < $after_depth]) AS above, size([d IN depths WHERE d <= $after_depth]) AS passed
WITH *, depths[CASE WHEN passed + $limit < total THEN passed + $limit ELSE total END - 1] AS last_depth
CALL (nodes, depths, above, last_depth) {
  UNWIND range(above, size([d IN depths WHERE d <= last_depth]) - 1) AS i
  WITH nodes[i] AS n, depths[i] AS depth ORDER BY depth, n.sort_id
  RETURN collect(n) AS near, collect(depth) AS near_depths,
    sum(CASE WHEN depth = $after_depth AND n.sort_id <= $after_id THEN 1 ELSE 0 END) AS before
}
WITH root, deeper, total, depth_sum, above + before AS start, [root] + nodes[..above] + near[..before] AS earlier,
  near[before..before + $limit] AS page, near_depths[before..before + $limit] AS page_depths
