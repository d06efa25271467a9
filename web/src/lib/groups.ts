/** Groups of what lies on one side of an artifact: those of one type, one pipeline or one name. */

import type { LineageColumns } from './api'
import { term } from './format'

export type By = 'type' | 'pipeline' | 'name' | 'depth'
export type SideName = 'upstream' | 'downstream'
export interface Group {
  side: SideName
  by: 'type' | 'pipeline' | 'name'
  value: string
}

/** Return the name of a group, as it stands in the address bar. */
export function groupOf(side: SideName, by: string, value: string): string {
  return `${side}:${by}:${value}`
}

/** Return the group of that name; null if it names none. */
export function readGroup(text: string): Group | null {
  const match = /^(upstream|downstream):(type|pipeline|name):([\s\S]+)$/.exec(text)
  return match ? { side: match[1] as SideName, by: match[2] as Group['by'], value: match[3]! } : null
}

/** Return the query whose answers are the group, with the reader's own filter. */
export function queryOf(group: Group, filter: string): string {
  const own = term(group.by, group.value)
  return filter.trim() ? `(${filter.trim()}) ${own}` : own
}

/** Return which way to count the address bar asks for. */
export function readBy(text: string): By {
  return text === 'pipeline' || text === 'name' || text === 'depth' ? text : 'type'
}

/** The names on one side, most versions first; of the nearest artifacts, where there are more than were read. */
export interface Names {
  counts: Record<string, number>
  read: number
  complete: boolean
}

/** Return the names among the registered artifacts of a lineage, with how many have each. */
export function namesIn({ columns, complete }: Pick<LineageColumns, 'columns' | 'complete'>): Names {
  const counts = new Map<string, number>()
  const names = columns.name.filter((_, i) => columns.state[i] === 'registered')
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return { counts: Object.fromEntries(sorted), read: names.length, complete }
}
