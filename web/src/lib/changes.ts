/** Changes of the record, in words. */

import { shortId, shown } from './format'

type Details = Record<string, unknown>

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : value ? [value] : [])
const cut = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}…` : text)

/** Return what a change did, in a few words. */
export function inWords(kind: string, details: Details): string {
  const names = (key: string): string => list(details[key]).slice(0, 3).map((id) => shortId(String(id))).join(', ')
  switch (kind) {
    case 'tagged': {
      const tags = details['tags']
      const set = tags && typeof tags === 'object' ? Object.entries(tags as Details).map(([key, value]) => `${key} = ${cut(shown(value))}`) : []
      return [...set.slice(0, 3), ...list(details['removed']).map((key) => `${String(key)} removed`)].join(', ')
    }
    case 'edges_added':
      return `parents added: ${names('parent_ids')}`
    case 'edges_removed':
      return `parents removed: ${names('parent_ids')}`
    case 'merged':
      return list(details['fields']).map(String).join(', ')
    case 'alias_moved':
    case 'promoted':
      return `@${cut(String(details['alias'] ?? ''))} ${details['after'] ? `to ${shortId(String(details['after']))}` : 'removed'}`
    default:
      return ''
  }
}
