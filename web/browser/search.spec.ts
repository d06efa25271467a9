import { expect, places, requestsOf, settled, test, visit } from './support'

test('newest first, then what matches as it is typed, then facets', async ({ page }) => {
  await visit(page, '')
  await expect(page.getByRole('status').first()).toContainText('newest first')
  const search = page.getByRole('combobox', { name: 'Search the catalog' })
  await search.pressSequentially('fraud_detector', { delay: 15 })
  await settled(page)
  await expect(page.getByRole('status').first()).toContainText('match')
  expect(new URL(page.url()).searchParams.get('q')).toBe('fraud_detector')
  await search.press('Escape')
  const requests = await requestsOf(page, () => page.getByRole('complementary').getByRole('button', { name: /^staging/ }).click())
  expect(requests).toBeLessThanOrEqual(5)
  expect(new URL(page.url()).searchParams.get('q')).toBe('fraud_detector stage:staging')
  await expect(page.getByRole('complementary').getByRole('button', { name: /^staging/ })).toHaveAttribute('aria-pressed', 'true')
})

test('fields, keys, values and names are completed by keyboard', async ({ page }) => {
  await visit(page, '')
  const search = page.getByRole('combobox', { name: 'Search the catalog' })
  const options = page.getByRole('listbox').getByRole('option')
  await search.pressSequentially('ty')
  await expect(options.first()).toContainText('type:')
  await search.press('ArrowDown')
  await search.press('Enter')
  await expect(search).toHaveValue('type:')
  await expect(options.filter({ hasText: 'type:Model' })).toBeVisible()
  await search.pressSequentially('Mod')
  await expect(options).toHaveCount(1)
  await search.press('ArrowDown')
  await search.press('Tab')
  await expect(search).toHaveValue('type:Model ')
  await search.pressSequentially('stag')
  await expect(options.filter({ hasText: 'stage:' })).toBeVisible()
  await search.fill('fraud_rep')
  await expect(options.filter({ hasText: /^name:fraud_report\s*Report/ })).toBeVisible()
})

test('an error stands at its column', async ({ page }) => {
  await visit(page, '?q=type%3AModel%20%28')
  await expect(page.getByRole('alert')).toContainText('^')
})

test('nothing found says so, and what was meant', async ({ page }) => {
  await visit(page, '?q=fraud_detecter')
  await expect(page.getByRole('status').first()).toContainText('Nothing matches')
  await page.getByRole('button', { name: 'fraud_detector' }).click()
  await expect(page.getByRole('status').first()).toContainText('match')
})

test('an empty answer says how the query was read', async ({ page }) => {
  await visit(page, '?q=stge%3Aproduction')
  await expect(page.getByRole('list', { name: 'Hints' })).toContainText('did you mean stage:production?')
})

test('more on demand', async ({ page }) => {
  await visit(page, '?q=type%3ADataset')
  const rows = page.locator('.list > li')
  await expect(rows).toHaveCount(30)
  expect(await requestsOf(page, () => page.getByRole('button', { name: 'Show more' }).click())).toBeLessThanOrEqual(5)
  await expect(rows).toHaveCount(60)
})

test('an empty catalog shows how to register, with this address', async ({ page }) => {
  await visit(page, '', places.empty)
  await expect(page.getByRole('heading', { name: 'The catalog is empty' })).toBeVisible()
  for (const way of ['Python', 'FlowyML', 'curl']) {
    await page.getByRole('tab', { name: way }).click()
    await expect(page.getByRole('tabpanel')).toContainText(`${places.empty}/api/v1/catalog`)
  }
})

test('back, forward and reload', async ({ page }) => {
  await visit(page, '?q=fraud_detector')
  await page.getByRole('link', { name: 'fraud_detector', exact: true }).first().click()
  await expect(page.getByRole('heading', { level: 1, name: 'fraud_detector' })).toBeVisible()
  await page.getByRole('link', { name: 'Lineage', exact: true }).click()
  await expect(page.getByText(/upstream/).first()).toBeVisible()
  await page.goBack()
  await expect(page.getByRole('heading', { name: 'Tags' })).toBeVisible()
  await page.goBack()
  await expect(page.getByRole('combobox', { name: 'Search the catalog' })).toHaveValue('fraud_detector')
  await page.goForward()
  await page.goForward()
  await expect(page.getByText(/upstream/).first()).toBeVisible()
  const address = page.url()
  await page.reload()
  await settled(page)
  expect(page.url()).toBe(address)
  await expect(page.locator('[data-id]').first()).toBeVisible()
})
