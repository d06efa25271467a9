import { expect, test } from 'vitest'
import { groupOf, namesIn, queryOf, readBy, readGroup } from '../src/lib/groups'
import { ids } from '../src/lib/picture'

test('a group has a name for the address bar, and comes back from it', () => {
  for (const value of ['Model', 'a:b "c"', 'two\nlines']) {
    expect(readGroup(groupOf('upstream', 'type', value))).toEqual({ side: 'upstream', by: 'type', value })
  }
  expect(readGroup('downstream:name:scores')).toEqual({ side: 'downstream', by: 'name', value: 'scores' })
  for (const wrong of ['', 'sideways:type:Model', 'upstream:depth:3', 'upstream:type:']) expect(readGroup(wrong)).toBeNull()
})

test('names are counted, most artifacts first; what is not registered is left out', () => {
  const columns = { name: ['b', 'a', 'b', 'c', ''], state: ['registered', 'registered', 'registered', 'deleted', 'unregistered'] }
  expect(namesIn({ columns, complete: false } as never)).toEqual({ counts: { b: 2, a: 1 }, read: 3, complete: false })
})

test('its query keeps the filter apart', () => {
  const group = { side: 'upstream', by: 'pipeline', value: 'nightly run' } as const
  expect(queryOf(group, '')).toBe('pipeline:"nightly run"')
  expect(queryOf(group, 'a OR b')).toBe('(a OR b) pipeline:"nightly run"')
})

test('what the address bar says is read with care', () => {
  expect([readBy('depth'), readBy('<b>')]).toEqual(['depth', 'type'])
  expect(ids.read(ids.write(['a', 'b', 'a']))).toEqual(['a', 'b'])
  expect([ids.read('{'), ids.read('{"a":1}'), ids.read('[1,"x"]'), ids.write([])]).toEqual([[], [], ['x'], ''])
})
