/** The words of the query language that the page completes; `docs/query-language.md` has the whole of it. */

export const FIELDS: [string, string][] = [
  ['type', 'Model, Dataset, …'],
  ['name', 'the whole name'],
  ['alias', 'champion; * for any'],
  ['pipeline', 'what made it'],
  ['step', 'the step of the pipeline'],
  ['run', 'the run of the pipeline'],
  ['version', '3 or v3'],
  ['created', '>2026-01-01, >7d'],
  ['state', 'registered'],
  ['hash', 'the content hash'],
  ['uri', 'where it lies'],
  ['id', 'the artifact id'],
]

export interface Suggestion {
  text: string
  note: string
}

/** Return the word that the caret stands in: where it begins, and what it is. */
export function wordAt(text: string, caret: number): { from: number; word: string } {
  let from = 0
  let quoted = false
  for (let i = 0; i < caret; i++) {
    const c = text[i]
    if (c === '"' && text[i - 1] !== '\\') quoted = !quoted
    else if (!quoted && (c === ' ' || c === '(' || c === ')')) from = i + 1
  }
  const word = text.slice(from, caret)
  return word.startsWith('-') ? { from: from + 1, word: word.slice(1) } : { from, word }
}

/** Return the text with the word at the caret replaced, and where the caret stands then. */
export function completed(text: string, caret: number, suggestion: string): { text: string; caret: number } {
  const { from } = wordAt(text, caret)
  const rest = text.slice(caret)
  const end = suggestion.endsWith(':') || rest.startsWith(' ') ? '' : ' '
  const before = text.slice(0, from) + suggestion + end
  return { text: before + rest, caret: before.length }
}

/** Return the fields and keys that begin as the word does. */
export function keysFor(word: string, keys: readonly string[]): Suggestion[] {
  if (!word || word.includes(':')) return []
  const low = word.toLowerCase()
  const fields = FIELDS.filter(([name]) => name.startsWith(low) && name !== low).map(([name, note]) => ({ text: `${name}:`, note }))
  const tags = keys.filter((key) => key.toLowerCase().startsWith(low)).map((key) => ({ text: `${quoted(key)}:`, note: 'tag' }))
  return [...fields, ...tags].slice(0, 8)
}

/** Return the values that begin as what stands behind the colon does. */
export function valuesFor(word: string, values: readonly [string, number][]): Suggestion[] {
  const colon = word.indexOf(':')
  if (colon < 1) return []
  const [key, start] = [word.slice(0, colon), word.slice(colon + 1).replace(/^"/, '').toLowerCase()]
  return values
    .filter(([value]) => value.toLowerCase().startsWith(start) && value.toLowerCase() !== start)
    .slice(0, 8)
    .map(([value, artifacts]) => ({ text: `${key}:${quoted(value)}`, note: artifacts.toLocaleString('en-US') }))
}

/** Return a value as the language reads it, quoted where it has to be. */
export function quoted(value: string): string {
  return /^[\w.+\-/]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`
}

/** Return the query with a term added, or without it where it is there. */
export function toggled(query: string, term: string): string {
  const terms = query.trim()
  const at = ` ${terms} `.indexOf(` ${term} `)
  if (at < 0) return terms ? `${terms} ${term}` : term
  return (terms.slice(0, at) + terms.slice(at + term.length)).replace(/\s+/g, ' ').trim()
}
