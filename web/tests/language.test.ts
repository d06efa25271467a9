import { describe, expect, test } from 'vitest'
import { completed, keysFor, quoted, toggled, valuesFor, wordAt } from '../src/lib/language'

describe('the word at the caret', () => {
  test.each([
    ['team:fr', 7, 0, 'team:fr'],
    ['type:Model team:fr', 18, 11, 'team:fr'],
    ['-team:fr', 8, 1, 'team:fr'],
    ['(churn', 6, 1, 'churn'],
    ['name:"fraud det', 15, 0, 'name:"fraud det'],
    ['a b', 1, 0, 'a'],
  ])('%s at %i', (text, caret, from, word) => expect(wordAt(text, caret)).toEqual({ from, word }))
})

test('a completion takes the place of the word and leaves the rest', () => {
  expect(completed('type:Mo team:x', 7, 'type:Model')).toEqual({ text: 'type:Model team:x', caret: 10 })
  expect(completed('te', 2, 'team:')).toEqual({ text: 'team:', caret: 5 })
})

test('fields come before the keys of tags, and values by what stands behind the colon', () => {
  expect(keysFor('t', ['team', 'stage']).map((s) => s.text)).toEqual(['type:', 'team:'])
  expect(keysFor('team:', ['team'])).toEqual([])
  expect(valuesFor('team:fr', [['fraud', 12], ['risk', 3]])).toEqual([{ text: 'team:fraud', note: '12' }])
})

test('values are quoted where the language needs it', () => {
  expect([quoted('fraud'), quoted('fraud ops'), quoted('a"b\\')]).toEqual(['fraud', '"fraud ops"', '"a\\"b\\\\"'])
})

test('a facet is added once and taken away again', () => {
  expect(toggled('', 'team:a')).toBe('team:a')
  expect(toggled('type:Model team:a', 'team:a')).toBe('type:Model')
  expect(toggled('team:ab', 'team:a')).toBe('team:ab team:a')
})
