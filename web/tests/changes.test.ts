import { expect, test } from 'vitest'
import { inWords } from '../src/lib/changes'

test('each kind of change says what it did', () => {
  expect(inWords('tagged', { tags: { stage: 'production', f1: 0.9 }, removed: ['old'] })).toBe('stage = production, f1 = 0.9, old removed')
  expect(inWords('edges_added', { parent_ids: ['a', 'b'] })).toBe('parents added: a, b')
  expect(inWords('alias_moved', { alias: 'champion', before: 'a', after: 'b' })).toBe('@champion to b')
  expect(inWords('alias_moved', { alias: 'champion', before: 'a', after: null })).toBe('@champion removed')
  expect(inWords('merged', { fields: ['uri'] })).toBe('uri')
})

test('what was purged, or is not known yet, has no words', () => {
  expect(inWords('tagged', { tags: null, removed: null })).toBe('')
  expect(inWords('something_new', { a: 1 })).toBe('')
})
