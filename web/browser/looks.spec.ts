import { expect, MODEL, overflow, places, test, violations, visit } from './support'

const VIEWS: Record<string, string> = {
  search: '',
  'search of nothing': '?q=nothing_is_called_so',
  'search that is wrong': '?q=%28type%3A',
  artifact: `?view=artifact&id=${MODEL}`,
  deleted: '?view=artifact&id=leaked-rows',
  lineage: `?view=lineage&id=${MODEL}`,
  impact: '?view=impact&id=raw_transactions-7',
  'what if': `?view=impact&id=${MODEL}&without=card-holders`,
  stale: `?view=stale&id=${MODEL}`,
  'what is stale': '?view=stale',
  erasure: '?view=erasure&id=raw_transactions-7',
  compare: `?view=compare&id=${MODEL}&with=fraud_detector-8`,
  promotion: `?view=promotion&id=${MODEL}`,
  'what is not there': '?view=artifact&id=nothing',
}

for (const scheme of ['light', 'dark'] as const) {
  for (const [name, query] of Object.entries(VIEWS)) {
    test(`${name}, ${scheme}: no violation, nothing sticks out, on a desk and on a phone`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
      await visit(page, query)
      expect(await violations(page)).toEqual([])
      expect(await overflow(page)).toBeLessThanOrEqual(0)
      await page.setViewportSize({ width: 375, height: 740 })
      expect(await overflow(page)).toBeLessThanOrEqual(0)
      expect(await violations(page)).toEqual([])
    })
  }

  test(`an empty catalog, a question for a key, ${scheme}: no violation`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme })
    await visit(page, '', places.empty)
    expect(await violations(page)).toEqual([])
    await visit(page, '', places.keyed)
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Enter a key' }).click()
    expect(await violations(page)).toEqual([])
  })
}
