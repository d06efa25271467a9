import { fileURLToPath } from 'node:url'
import { MODEL, settled, test, visit, type Page } from './support'

const FOLDER = fileURLToPath(new URL('../../docs/pictures/', import.meta.url))

async function check(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await settled(page)
}
async function suggest(page: Page): Promise<void> {
  await page.getByRole('combobox', { name: 'Search the catalog' }).pressSequentially('fraud_det')
  await settled(page)
}
const VIEWS: [string, string, ((page: Page) => Promise<void>)?][] = [
  ['search', '', suggest],
  ['artifact', `?view=artifact&id=${MODEL}`],
  ['lineage', `?view=lineage&id=${MODEL}&box=train_rows-7&metric=f1_score`],
  ['impact', '?view=impact&id=raw_transactions-7'],
  ['compare', '?view=compare&id=evaluation-6&with=evaluation-8'],
  ['promotion', `?view=promotion&id=${MODEL}`, check],
]

for (const scheme of ['light', 'dark'] as const) {
  for (const [name, query, act] of VIEWS) {
    test(`${name}, ${scheme}`, async ({ page }) => {
      await page.setViewportSize({ width: 1200, height: 760 })
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
      await visit(page, query)
      await act?.(page)
      await page.mouse.move(0, 0)
      await settled(page)
      await page.screenshot({ path: `${FOLDER}page-${name}-${scheme}.png`, animations: 'disabled', caret: 'hide' })
    })
  }
}
