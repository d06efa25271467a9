/** What every test of the page has: a page that reports each script error, and the addresses of the services. */

import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { test as base, expect, type Page } from '@playwright/test'

export { expect }
export type { Page }

export const places = JSON.parse(process.env['PAGE_PLACES'] ?? '{}') as {
  open: string
  keyed: string
  empty: string
  reader: string
  writer: string
  root: string
  size: string
  command: string
  store: string
}
export const API = '/api/v1/catalog'
export const MODEL = 'fraud_detector-7'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** A page of its own, which fails the test if a script fails, runs from a string, or asks another host. */
export const test = base.extend<{ page: Page }>({
  page: async ({ page }, use) => {
    const troubles: string[] = []
    watch(page)
    page.on('pageerror', (error) => troubles.push(`error: ${error.message}`))
    page.on('dialog', (dialog) => (troubles.push(`dialog: ${dialog.message()}`), void dialog.dismiss()))
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) troubles.push(`console: ${message.text()}`)
    })
    page.on('request', (request) => {
      if (!/^(http:\/\/127\.0\.0\.1:|data:|blob:)/.test(request.url())) troubles.push(`request: ${request.url()}`)
    })
    await use(page)
    expect(troubles).toEqual([])
  },
})

/** Open a view of the open service. */
export async function visit(page: Page, query: string, host = places.open): Promise<void> {
  await page.goto(`${host}/${query}`)
  await settled(page)
}

const asked = new WeakMap<Page, { open: number; last: number }>()

/** Keep count of what a page asks and has not been told yet. */
export function watch(page: Page): void {
  const state = { open: 0, last: Date.now() }
  asked.set(page, state)
  const change = (by: number) => () => ((state.open += by), (state.last = Date.now()))
  page.on('request', change(1))
  page.on('requestfinished', change(-1))
  page.on('requestfailed', change(-1))
}

const PAUSE = 200

/** Wait until nothing is asked any more, and what came is drawn. */
export async function settled(page: Page): Promise<void> {
  const state = asked.get(page)!
  const started = Date.now()
  while (state.open > 0 || Date.now() - Math.max(state.last, started) < PAUSE) await new Promise((done) => setTimeout(done, 20))
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null)))))
}

/** Return what axe has against the page as it is. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    const axe = (globalThis as unknown as { axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }> } }).axe
    const result = await axe.run()
    return result.violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${node.html.slice(0, 160)} ${(node.failureSummary ?? '').slice(0, 200)}`))
  })
}

/** Return by how many pixels the document is wider than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}

/** Count the requests to the API while something is done. */
export async function requestsOf(page: Page, act: () => Promise<unknown>): Promise<number> {
  let requests = 0
  const counting = (): void => void (requests += 1)
  page.on('request', counting)
  await act()
  await settled(page)
  page.off('request', counting)
  return requests
}

export const box = (page: Page, id: string) => page.locator(`[data-id="${id}"]`)
