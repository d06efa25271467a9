import { spawn, type ChildProcess } from 'node:child_process'
import { expect, MODEL, places, settled, test, visit, watch, type Page } from './support'

async function enter(page: Page, key: string): Promise<void> {
  await page.getByRole('button', { name: 'Enter a key' }).first().click()
  await page.getByLabel('Key', { exact: true }).fill(key)
  await page.getByRole('button', { name: 'Use this key' }).click()
  await settled(page)
}

test('without a key, the page says so; with one, it reads', async ({ page }) => {
  await visit(page, '', places.keyed)
  await expect(page.getByRole('alert')).toContainText('A key is needed')
  await enter(page, 'cg_wrong')
  await expect(page.getByRole('alert')).toContainText('A key is needed')
  await enter(page, places.reader)
  await expect(page.getByRole('list').filter({ hasText: 'fraud' }).first()).toBeVisible()
})

test('a key that may only read has nothing to change', async ({ page }) => {
  await visit(page, `?view=artifact&id=${MODEL}`, places.keyed)
  await enter(page, places.reader)
  await expect(page.getByRole('heading', { name: 'fraud_detector' })).toBeVisible()
  await expect(page.getByLabel('Key of a new tag')).toHaveCount(0)
  await visit(page, `?view=promotion&id=${MODEL}`, places.keyed)
  await expect(page.getByRole('button', { name: 'Check', exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Move the alias' })).toHaveCount(0)
})

test('a key that may write changes tags, and is kept for this tab alone', async ({ page, context }) => {
  await visit(page, '?view=artifact&id=fraud_report-1', places.keyed)
  await enter(page, places.writer)
  await page.getByLabel('Key of a new tag').fill('reviewed_by')
  await page.getByLabel('Value of the new tag').fill('ada')
  await page.getByRole('button', { name: 'Add tag' }).click()
  await expect(page.getByRole('row', { name: /reviewed_by/ })).toContainText('ada')
  await page.getByRole('button', { name: 'Change reviewed_by' }).click()
  await page.getByLabel('Value of reviewed_by').fill('grace')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('row', { name: /reviewed_by/ })).toContainText('grace')
  await page.getByRole('button', { name: 'Remove reviewed_by' }).click()
  await expect(page.getByRole('row', { name: /reviewed_by/ })).toHaveCount(0)
  await page.reload()
  await expect(page.getByLabel('Key of a new tag')).toBeVisible()
  const other = await context.newPage()
  watch(other)
  await visit(other, '', places.keyed)
  await expect(other.getByRole('alert')).toContainText('A key is needed')
})

test('a service that goes away and comes back', async ({ page }) => {
  const port = 20_000 + Math.floor(Math.random() * 20_000)
  const host = `http://127.0.0.1:${port}`
  let service = await start(port, host)
  try {
    await visit(page, `?view=artifact&id=${MODEL}`, host)
    await expect(page.getByRole('heading', { name: 'fraud_detector' })).toBeVisible()
    await stop(service)
    await page.getByRole('link', { name: 'Impact' }).click()
    await expect(page.getByRole('alert')).toContainText('does not answer')
    service = await start(port, host)
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect(page.getByText(/made from it/)).toBeVisible()
    await expect(page.getByRole('alert')).toHaveCount(0)
  } finally {
    await stop(service)
  }
})

async function start(port: number, host: string): Promise<ChildProcess> {
  const [command, ...rest] = JSON.parse(places.command) as [string, ...string[]]
  const store = JSON.parse(places.store) as Record<string, string>
  const service = spawn(command, [...rest, '--port', String(port)], { env: { ...process.env, ...store }, stdio: 'ignore' })
  for (let i = 0; i < 300; i++) {
    const ready = await fetch(`${host}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (ready) return service
    await new Promise((done) => setTimeout(done, 100))
  }
  service.kill()
  throw new Error('the service did not start')
}

function stop(service: ChildProcess): Promise<void> {
  return new Promise((done) => {
    if (service.exitCode !== null || service.signalCode !== null) return done()
    service.once('exit', () => done())
    service.kill('SIGTERM')
  })
}
