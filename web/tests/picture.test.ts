import { expect, test } from 'vitest'
import { dot, edge, mermaid, neighbour, opened, pathsThrough, type Box, type Picture } from '../src/lib/picture'

const side = { drawn: 0, total: 0 }
const box = (id: string, x: number, y: number): Box => ({
  card: { artifact_id: id, name: id, artifact_type: 'Model', version: null, created_at: '', depth: 0, state: 'registered', aliases: [] },
  x,
  y,
  parents: side,
  children: side,
  stage: null,
  aliases: [],
  metric: null,
  matches: true,
  recorded_at: '',
})
const curves = [
  { child: 'b', parent: 'a', path: '' },
  { child: 'c', parent: 'b', path: '' },
  { child: 'd', parent: 'a', path: '' },
]
const boxes = [box('a', 0, 0), box('b', 1, 0), box('c', 2, 0), box('d', 1, 9)]
const picture: Picture = { root: boxes[1]!.card, width: 9, height: 9, box_width: 1, box_height: 1, boxes, curves, complete: true, most: 300 }

test('every path through a box is lit, and no other', () => {
  const lit = pathsThrough(curves, 'b')
  expect(['a', 'b', 'c', 'd'].filter((id) => lit.has(id))).toEqual(['a', 'b', 'c'])
  expect(lit.has(edge(curves[2]!))).toBe(false)
})

test('a cycle ends', () => {
  expect(pathsThrough([...curves, { child: 'a', parent: 'c', path: '' }], 'b').has('a')).toBe(true)
})

test('arrow keys walk the edges, and up and down beside them', () => {
  const steps = ['ArrowLeft', 'ArrowRight', 'ArrowDown', 'ArrowUp'].map((key) => neighbour(picture, 'b', key))
  expect(steps).toEqual(['a', 'c', 'd', null])
})

test('what is open survives the address bar, and nonsense does not', () => {
  const list = opened.add([['a', 'u', 1]], ['a', 'u', 25])
  expect(opened.read(opened.write(list))).toEqual([['a', 'u', 25]])
  expect(opened.read('{"x":')).toEqual([])
  expect(opened.read('[["a","x",1],5]')).toEqual([])
})

test('names are data in every form', () => {
  const hostile = { ...picture, boxes: [box('x"]; click', 0, 0)], curves: [] }
  expect(mermaid(hostile)).not.toContain('x"]')
  expect(dot(hostile)).toContain('\\"]; click')
})
