// Tell whether the artifact `a` matches: any of some conjunctions. A null `any_of` matches everything.
// parameters: any_of
($any_of IS NULL OR any(c IN $any_of WHERE
  // include: holds
))
