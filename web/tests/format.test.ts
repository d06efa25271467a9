import { expect, test } from 'vitest'
import { ago, count, kindOf, minute, numbersOf, scalarsOf, shown, standing, term } from '../src/lib/format'

test('instants', () => {
  expect(minute('2026-11-28T16:57:01.000000+00:00')).toBe('2026-11-28 16:57')
  const now = Date.parse('2026-11-28T16:57:00Z')
  expect(ago('2026-11-28T14:57:00Z', now)).toBe('2 hours ago')
  expect(ago('2026-11-28T16:56:30Z', now)).toBe('just now')
  expect(ago('nonsense', now)).toBe('')
})

test('numbers and values', () => {
  expect([count(41203), shown(0.1 + 0.2), shown('x'), shown([1])]).toEqual(['41,203', '0.3', 'x', '[1]'])
  expect(numbersOf({ f1: 0.9, text: '12', empty: '', flag: true, word: 'x' })).toEqual([['f1', 0.9], ['text', 12]])
})

test('metrics and parameters', () => {
  const values = { auc: 0.9, optimizer: { name: 'adam', lr: 1e-3 }, curve: [1, 2], none: null, tuned: true }
  expect(scalarsOf(values)).toEqual([['auc', 0.9], ['optimizer.name', 'adam'], ['optimizer.lr', 0.001], ['tuned', true]])
  expect([scalarsOf(undefined), scalarsOf([1])]).toEqual([[], []])
})

test('kinds have icons', () => {
  expect(['Model', 'FeatureSet', 'Dataset', 'Metrics', 'Report', 'Thing'].map(kindOf)).toEqual(['model', 'features', 'dataset', 'metrics', 'report', 'other'])
})

test('terms of the language', () => {
  expect([term('team', 'fraud'), term('hash', 'a b'), term('avg score', '1')]).toEqual(['team:fraud', 'hash:"a b"', '"avg score":1'])
})

test('how far an input lies behind', () => {
  expect(standing({ newer: 1, days: 1, aliases: {} })).toBe('1 version, 1 day behind')
  expect(standing({ newer: 12, days: 3.456, aliases: { golden: 'x' } })).toBe('12 versions, 3.5 days behind; @golden has moved on')
  expect(standing({ newer: 0, days: null, aliases: { golden: 'x' } })).toBe('@golden has moved on')
})
