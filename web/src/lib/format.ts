/** Words and numbers as people read them. */

export type Kind = 'dataset' | 'features' | 'model' | 'metrics' | 'report' | 'other'

const KINDS: [RegExp, Kind][] = [
  [/model|checkpoint|weights|adapter/i, 'model'],
  [/feature|embedding/i, 'features'],
  [/metric|evaluation|score/i, 'metrics'],
  [/report|document|plot|figure|dashboard|exposure/i, 'report'],
  [/data|table|view|file|source|topic|seed|snapshot/i, 'dataset'],
]

/** Return the kind of an artifact type, which decides its colour and icon. */
export function kindOf(type: string): Kind {
  return KINDS.find(([pattern]) => pattern.test(type))?.[1] ?? 'other'
}

/** Return a number with thousands separated. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** Return a count with its noun. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`
}

/** Return an instant as `2026-11-28 16:57`, in UTC as the catalog keeps it. */
export function minute(instant: string | null | undefined): string {
  return instant ? instant.slice(0, 16).replace('T', ' ') : ''
}

/** Return how long ago an instant was, roughly. */
export function ago(instant: string | null | undefined, now: number = Date.now()): string {
  if (!instant) return ''
  const seconds = (now - Date.parse(instant)) / 1000
  if (Number.isNaN(seconds)) return ''
  if (seconds < 60) return 'just now'
  const steps: [number, string][] = [
    [60, 'minute'],
    [3600, 'hour'],
    [86400, 'day'],
    [2629800, 'month'],
    [31557600, 'year'],
  ]
  const step = [...steps].reverse().find(([length]) => seconds >= length) ?? steps[0]!
  const value = Math.floor(seconds / step[0])
  return `${counted(value, step[1])} ago`
}

/** Return the first characters of an id that is long. */
export function shortId(id: string): string {
  return id.length > 14 ? `${id.slice(0, 8)}…` : id
}

/** Return a JSON value as a person would write it. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' && Number.isFinite(value) && !Number.isInteger(value)) return String(Number(value.toPrecision(6)))
  return JSON.stringify(value)
}

/** Return what an artifact is called: its name, else its id. */
export function title(artifact: { name: string; artifact_id: string }): string {
  return artifact.name || artifact.artifact_id
}

/** Return how far an input lies behind: `2 versions, 3.5 days behind`, `@champion has moved on`. */
export function standing(input: { newer: number; days: number | null; aliases: Record<string, string> }): string {
  const days = input.days === null ? '' : `, ${counted(Number(input.days.toFixed(1)), 'day')}`
  const behind = input.newer ? [`${counted(input.newer, 'version')}${days} behind`] : []
  return [...behind, ...Object.keys(input.aliases).map((alias) => `@${alias} has moved on`)].join('; ')
}

/** Return the numbers among some values, by key. */
export function numbersOf(values: Record<string, unknown>): [string, number][] {
  return Object.entries(values).flatMap(([key, value]) => {
    const number = typeof value === 'number' ? value : typeof value === 'string' && value.trim() ? Number(value) : NaN
    return Number.isFinite(number) ? [[key, number] as [string, number]] : []
  })
}

/** Return the numbers, texts and booleans of nested objects, by dotted key: what the query language names `metrics.auc`. */
export function scalarsOf(values: unknown, start = ''): [string, unknown][] {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return []
  return Object.entries(values).flatMap(([key, value]): [string, unknown][] =>
    ['number', 'string', 'boolean'].includes(typeof value) ? [[start + key, value]] : scalarsOf(value, `${start}${key}.`),
  )
}

/** Return a term of the query language, quoted where it has to be. */
export function term(key: string, value: string): string {
  return `${quoted(key)}:${quoted(value)}`
}

function quoted(text: string): string {
  return /^[\w.+\-/]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`
}
