/** Groups of what lies on one side of an artifact: those of one type or one pipeline. */

import { term } from './format'

export type By = 'type' | 'pipeline' | 'depth'
export type SideName = 'upstream' | 'downstream'
export interface Group {
  side: SideName
  by: 'type' | 'pipeline'
  value: string
}

/** Return the name of a group, as it stands in the address bar. */
export function groupOf(side: SideName, by: string, value: string): string {
  return `${side}:${by}:${value}`
}

/** Return the group of that name; null if it names none. */
export function readGroup(text: string): Group | null {
  const match = /^(upstream|downstream):(type|pipeline):([\s\S]+)$/.exec(text)
  return match ? { side: match[1] as SideName, by: match[2] as Group['by'], value: match[3]! } : null
}

/** Return the query whose answers are the group, with the reader's own filter. */
export function queryOf(group: Group, filter: string): string {
  const own = term(group.by, group.value)
  return filter.trim() ? `(${filter.trim()}) ${own}` : own
}

/** Return which way to count the address bar asks for. */
export function readBy(text: string): By {
  return text === 'pipeline' || text === 'depth' ? text : 'type'
}
