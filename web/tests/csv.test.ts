import { expect, test } from 'vitest'
import { toCsv } from '../src/lib/csv'

test('nothing is a formula for a spreadsheet', () => {
  for (const value of ['=1+1', '+1+1', '-1+1', '@x', '＝1', '\t=1', ' =1']) expect(toCsv([[value]])).toMatch(/^"?'/)
  expect(toCsv([['-1.5', 'a,b', 'c"d', 'e;f']])).toBe('-1.5,"a,b","c""d","e;f"\r\n')
})
