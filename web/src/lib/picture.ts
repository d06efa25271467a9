/** What the picture of a lineage is made of, and what can be worked out from it without asking again. */

import type { Card } from './api'

export interface Side {
  drawn: number
  total: number
}
export interface Box {
  card: Card
  x: number
  y: number
  parents: Side
  children: Side
  stage: string | null
  aliases: string[]
  metric: number | null
  matches: boolean
  recorded_at: string
}
export interface Curve {
  child: string
  parent: string
  path: string
}
export interface Picture {
  root: Card
  width: number
  height: number
  box_width: number
  box_height: number
  boxes: Box[]
  curves: Curve[]
  complete: boolean
  most: number
}
export type Opened = [id: string, side: 'u' | 'd', count: number]

/** Return the artifacts and edges on every drawn path through a box. */
export function pathsThrough(curves: readonly Curve[], id: string): Set<string> {
  const lit = new Set([id])
  for (const [from, to] of [
    ['child', 'parent'],
    ['parent', 'child'],
  ] as const) {
    const next = grouped(curves, from)
    const stack = [id]
    const seen = new Set(stack)
    while (stack.length) {
      for (const curve of next.get(stack.pop()!) ?? []) {
        lit.add(edge(curve)).add(curve[to])
        if (!seen.has(curve[to])) {
          seen.add(curve[to])
          stack.push(curve[to])
        }
      }
    }
  }
  return lit
}

function grouped(curves: readonly Curve[], by: 'child' | 'parent'): Map<string, Curve[]> {
  const groups = new Map<string, Curve[]>()
  for (const curve of curves) groups.set(curve[by], [...(groups.get(curve[by]) ?? []), curve])
  return groups
}

/** Return the name of an edge, which no id can be. */
export function edge({ child, parent }: { child: string; parent: string }): string {
  return `${child}\u001f${parent}`
}

/** Return the box to go to from another by an arrow key: along an edge, or up and down beside it. */
export function neighbour(picture: Picture, id: string, key: string): string | null {
  const from = picture.boxes.find((box) => box.card.artifact_id === id)
  if (!from) return null
  const ids = new Set(
    key === 'ArrowLeft'
      ? picture.curves.filter((c) => c.child === id).map((c) => c.parent)
      : key === 'ArrowRight'
        ? picture.curves.filter((c) => c.parent === id).map((c) => c.child)
        : picture.boxes.filter((b) => Math.abs(b.x - from.x) < 1 && (key === 'ArrowUp' ? b.y < from.y : b.y > from.y)).map((b) => b.card.artifact_id),
  )
  const near = picture.boxes
    .filter((box) => ids.has(box.card.artifact_id))
    .sort((a, b) => Math.abs(a.y - from.y) - Math.abs(b.y - from.y))
  return near[0]?.card.artifact_id ?? null
}

/** Return the drawn lineage in the language of mermaid. */
export function mermaid(picture: Picture): string {
  const number = new Map(picture.boxes.map((box, i) => [box.card.artifact_id, `n${i}`]))
  const text = (box: Box): string => `${box.card.name || box.card.artifact_id}${box.card.version ? ` v${box.card.version}` : ''}`.replace(/["#;\n\r]/g, (c) => `#${c.codePointAt(0)};`)
  return ['flowchart LR', ...picture.boxes.map((box) => `  ${number.get(box.card.artifact_id)}["${text(box)}"]`), ...picture.curves.map((c) => `  ${number.get(c.parent)} --> ${number.get(c.child)}`), ''].join('\n')
}

/** Return the drawn lineage in the DOT language. */
export function dot(picture: Picture): string {
  const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replace(/\r?\n/g, '\\n')}"`
  const boxes = picture.boxes.map((box) => `  ${quoted(box.card.artifact_id)} [label=${quoted(`${box.card.name || box.card.artifact_id}\n${box.card.artifact_type}`)}]`)
  const edges = picture.curves.map((c) => `  ${quoted(c.parent)} -> ${quoted(c.child)}`)
  return ['digraph lineage {', '  rankdir=LR', '  node [shape=box]', ...boxes, ...edges, '}', ''].join('\n')
}

/** Return ids as text for the address bar, and back. */
export const ids = {
  write: (list: readonly string[]): string => (list.length ? JSON.stringify([...new Set(list)]) : ''),
  read: (text: string): string[] => {
    try {
      const value: unknown = JSON.parse(text || '[]')
      return Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string') : []
    } catch {
      return []
    }
  },
}

/** Return what was opened by hand as text for the address bar, and back. */
export const opened = {
  write: (list: readonly Opened[]): string => (list.length ? JSON.stringify(list) : ''),
  read: (text: string): Opened[] => {
    try {
      const value: unknown = JSON.parse(text || '[]')
      return Array.isArray(value) ? value.filter((o): o is Opened => Array.isArray(o) && typeof o[0] === 'string' && (o[1] === 'u' || o[1] === 'd') && typeof o[2] === 'number') : []
    } catch {
      return []
    }
  },
  /** Open more on one side of a box; a larger count takes the place of a smaller one. */
  add: (list: readonly Opened[], next: Opened): Opened[] => [...list.filter(([id, side]) => id !== next[0] || side !== next[1]), next],
}
