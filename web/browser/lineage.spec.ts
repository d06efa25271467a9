import { readFileSync } from 'node:fs'
import { box, expect, MODEL, requestsOf, settled, test, visit } from './support'

test('counts before boxes, groups between them', async ({ page }) => {
  await visit(page, `?view=lineage&id=${MODEL}`)
  const counts = page.locator('details').first()
  await expect(counts).toContainText(/\d+ upstream.*\d+ downstream/)
  await expect(counts).toContainText(/\d+ Dataset/)
  await counts.locator('summary').click()
  await page.getByRole('button', { name: 'distance', exact: true }).click()
  await expect(counts).toContainText('1 step')
  expect(await requestsOf(page, () => page.getByRole('button', { name: 'name', exact: true }).click())).toBeLessThanOrEqual(5)
  await expect(counts.getByRole('button', { name: 'clean_transactions' })).toBeVisible()
  await page.getByRole('button', { name: 'type', exact: true }).click()
  expect(await requestsOf(page, () => counts.getByRole('button', { name: 'Dataset', exact: true }).first().click())).toBeLessThanOrEqual(5)
  const group = page.getByRole('region', { name: 'Group' })
  await expect(group).toContainText(/\d+ of \d+, nearest first/)
  const far = box(page, 'raw_transactions-1')
  await expect(far).toHaveCount(0)
  while (await group.getByRole('button', { name: 'Show more' }).count()) {
    await group.getByRole('button', { name: 'Show more' }).click()
    await settled(page)
  }
  expect(await requestsOf(page, () => group.getByRole('button', { name: 'Draw raw_transactions' }).last().click())).toBeLessThanOrEqual(5)
  await expect(far).toBeVisible()
  await page.reload()
  await settled(page)
  await expect(far).toBeVisible()
})

test('a handle opens its side; the box stays where it is', async ({ page }) => {
  await visit(page, '?view=lineage&id=card-holders&down=1')
  const handle = page.getByRole('button', { name: /parents of clean_transactions: draw more/ }).first()
  const id = await handle.evaluate((g) => g.parentElement!.querySelector<SVGGElement>('[data-id]')!.dataset['id']!)
  const before = await box(page, id).boundingBox()
  const boxes = await page.locator('[data-id]').count()
  await handle.click()
  await expect(page.getByRole('dialog', { name: 'Draw more' })).toContainText(/1 of \d/)
  expect(await requestsOf(page, () => page.getByRole('button', { name: 'This level' }).click())).toBeLessThanOrEqual(5)
  expect(await page.locator('[data-id]').count()).toBeGreaterThan(boxes)
  const after = await box(page, id).boundingBox()
  expect(Math.abs(after!.x - before!.x) + Math.abs(after!.y - before!.y)).toBeLessThan(2)
  await page.goBack()
  await settled(page)
  expect(await page.locator('[data-id]').count()).toBe(boxes)
})

test('arrow keys walk the edges, Enter chooses, Shift and an arrow opens', async ({ page }) => {
  await visit(page, `?view=lineage&id=${MODEL}`)
  await box(page, MODEL).focus()
  await page.keyboard.press('ArrowLeft')
  const parent = await page.evaluate(() => (document.activeElement as SVGGElement).dataset['id'])
  expect(['train_rows-7', 'fraud_detector-6']).toContain(parent)
  await page.keyboard.press('ArrowRight')
  const child = await page.evaluate(() => (document.activeElement as SVGGElement).dataset['id'])
  expect(child).not.toBe(parent)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('complementary', { name: 'The chosen artifact' })).toBeVisible()
  await box(page, 'train_rows-7').focus()
  await page.keyboard.press('ArrowLeft')
  await expect(box(page, 'fraud_features-7')).toBeFocused()
  await page.keyboard.press('Shift+ArrowLeft')
  await expect(page.getByRole('dialog', { name: 'Draw more' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog', { name: 'Draw more' })).toHaveCount(0)
  await expect(box(page, 'fraud_features-7')).toBeFocused()
})

test('a box lights every path through it; the panel lists the path between two boxes', async ({ page }) => {
  await visit(page, `?view=lineage&id=${MODEL}&up=4`)
  await box(page, 'merchants').hover()
  await expect(page.locator('.curve.lit').first()).toBeVisible()
  await box(page, 'merchants').click()
  await expect(page).toHaveURL(/box=merchants/)
  const panel = page.getByRole('complementary', { name: 'The chosen artifact' })
  await panel.getByRole('button', { name: /Paths between it and fraud_detector/ }).click()
  await expect(panel.getByRole('listitem').first()).toContainText('merchants')
  await expect(panel.getByRole('listitem').last()).toContainText('fraud_detector')
  await panel.getByRole('button', { name: 'Start paths here' }).click()
  await box(page, 'train_rows-7').click()
  await panel.getByRole('button', { name: /Paths between it and merchants/ }).click()
  await expect(panel.getByRole('listitem')).toHaveCount(3)
})

test('find, filter and a metric in the box', async ({ page }) => {
  await visit(page, `?view=lineage&id=${MODEL}`)
  await page.getByLabel('Find in picture').fill('train')
  await expect(page.getByText(/in the picture/)).toBeVisible()
  await page.getByLabel('Find in picture').fill('')
  await page.getByLabel('Filter by the query language').fill('type:Model')
  await page.getByLabel('Filter by the query language').press('Enter')
  await expect(page).toHaveURL(/where=type%3AModel/)
  await settled(page)
  await expect(page.locator('.box.dim').first()).toBeVisible()
  await expect(page.locator('.box.model.dim')).toHaveCount(0)
  await page.getByLabel('Tag or metric shown in the boxes').fill('f1_score')
  await page.getByLabel('Tag or metric shown in the boxes').press('Enter')
  await expect(page.locator('.box.root')).toContainText('0.923')
})

test('a stub and a tombstone are drawn in their own way', async ({ page }) => {
  await visit(page, '?view=lineage&id=clean_transactions-2')
  await expect(page.locator('.box.deleted')).toContainText('leaked_rows')
  await visit(page, '?view=lineage&id=merchants&down=1')
  await expect(page.locator('.box.unregistered')).toContainText('vendor-feed')
})

test('as of an instant', async ({ page }) => {
  await visit(page, `?view=lineage&id=${MODEL}&up=20`)
  const boxes = await page.locator('[data-id]').count()
  const slider = page.getByRole('slider')
  await slider.focus()
  await page.keyboard.press('Home')
  await expect(page).toHaveURL(/as_of=/)
  await settled(page)
  await expect(page.getByText(/As it was recorded on|No artifact/).first()).toBeVisible()
  await page.goBack()
  await settled(page)
  expect(await page.locator('[data-id]').count()).toBe(boxes)
})

for (const [form, word, start] of [
  ['svg', 'SVG', '<svg'],
  ['png', 'PNG', '\x89PNG'],
  ['mermaid', 'mermaid', 'flowchart LR'],
  ['dot', 'DOT', 'digraph lineage'],
  ['csv', 'CSV', 'artifact_id,name'],
] as const) {
  test(`exported as ${word}`, async ({ page }) => {
    await visit(page, `?view=lineage&id=${MODEL}`)
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByLabel('Export').selectOption(form)])
    const content = readFileSync(await file.path(), 'latin1')
    expect(content.slice(0, start.length)).toBe(start)
    if (form === 'svg') expect(content).not.toMatch(/class=|style=|<script/)
    if (form !== 'png') expect(content).toContain('train_rows')
  })
}
