import { expect, test } from 'vitest'
import { groupOf, queryOf, readBy, readGroup } from '../src/lib/groups'
import { ids } from '../src/lib/picture'

test('a group has a name for the address bar, and comes back from it', () => {
  for (const value of ['Model', 'a:b "c"', 'two\nlines']) {
    expect(readGroup(groupOf('upstream', 'type', value))).toEqual({ side: 'upstream', by: 'type', value })
  }
  for (const wrong of ['', 'sideways:type:Model', 'upstream:depth:3', 'upstream:type:']) expect(readGroup(wrong)).toBeNull()
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
