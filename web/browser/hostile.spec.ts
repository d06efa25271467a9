import { API, expect, MODEL, overflow, places, settled, test, visit, type Page } from './support'

// `broken()` is what each of them tries to call.
const SCRIPTS = [
  '<script>broken()</script>',
  '</script><script>broken()</script>',
  '<img src=x onerror=broken()>',
  '<svg onload=broken()>',
  '<svg><script>broken()</script></svg>',
  '<iframe srcdoc="<script>parent.broken()</script>">',
  '<body onload=broken()>',
  '<details open ontoggle=broken()>',
  '<input autofocus onfocus=broken()>',
  '<a href="javascript:broken()">x</a>',
  'javascript:broken()',
  'JaVaScRiPt:broken()//',
  ' javascript:broken()',
  'java\tscript:broken()',
  'data:text/html,<script>broken()</script>',
  '" onmouseover="broken()" x="',
  "' onfocus='broken()' autofocus x='",
  '`${broken()}`',
  '{{broken()}}',
  '{@html "<script>broken()</script>"}',
  '${broken()}',
  '#{broken()}',
  '<math><mtext></mtext><mglyph><style><img src=x onerror=broken()>',
  '<style>*{background:url(javascript:broken())}</style>',
  '<link rel=stylesheet href=//example.org/x.css>',
  '<meta http-equiv=refresh content="0;url=javascript:broken()">',
  '<base href="//example.org/">',
  '<object data="javascript:broken()">',
  '<embed src="javascript:broken()">',
  '<form action="javascript:broken()"><button>x</button></form>',
  ']]><script>broken()</script>',
  '--><script>broken()</script>',
  '&lt;script&gt;broken()&lt;/script&gt;',
  '<foreignObject><script>broken()</script></foreignObject>',
  '<use href="data:image/svg+xml,<svg id=x onload=broken()>#x">',
  '<animate onbegin=broken() attributeName=x dur=1s>',
]
const TEXTS = [
  'مرحبا بالعالم',
  'שלום עולם',
  '\u202Etxt.exe',
  '\u2066\u2067\u202B\u202A mixed \u2069',
  'e\u0301\u0323\u0308'.repeat(40),
  '👩‍👩‍👧‍👦🏳️‍🌈🧑🏿‍🚀'.repeat(20),
  '　全角　スペース',
  '\u200B\u200C\u200D\uFEFF',
  'line\nbreak',
  'tab\tstop',
  '   ',
  'a'.repeat(10_000),
  'word '.repeat(2_000),
  '"'.repeat(200),
  '\\'.repeat(200),
  '__proto__',
  'constructor',
  'toString',
  'NaN',
  '../../../etc/passwd',
  '%00%0a%3Cscript%3E',
  '?view=artifact&id=x#y',
  '=HYPERLINK("http://example.org")',
  'null',
]
const STRINGS = Array.from({ length: 200 }, (_, i) => {
  const base = [...SCRIPTS, ...TEXTS][i % (SCRIPTS.length + TEXTS.length)]!
  const round = Math.floor(i / (SCRIPTS.length + TEXTS.length))
  return round ? `${base}${SCRIPTS[(i * 7) % SCRIPTS.length]} ${i}` : base
})
const cut = (text: string, most: number): string => [...text.replace(/[\u0000-\u001f\u007f]/g, ' ')].slice(0, most).join('')
const id = (i: number): string => cut(`hostile-${i}-${STRINGS[i]}`, 100)

test.describe.configure({ mode: 'serial' })

test.beforeAll(async () => {
  const plain = (text: string): string => text.replace(/[\n\t]/g, ' ')
  const entries = STRINGS.map((text, i) => ({
    artifact_id: id(i),
    name: cut(text, 500) || `hostile ${i}`,
    artifact_type: cut(text, 120).trim() || 'Hostile',
    content_hash: cut(text, 120),
    source_step: cut(text, 120),
    source_run_id: cut(text, 120),
    source_pipeline: cut(text, 120),
    parent_ids: i ? [id(0)] : [],
    tags: { [cut(text, 150) || 'key']: plain(text).slice(0, 3_000), stage: cut(text, 120), team: text.slice(0, 200), note: text },
    metadata: { [text]: text, metrics: { [cut(text, 100)]: i }, deep: { [text]: [text, { [text]: text }] } },
    uri: cut(text, 2_000),
    created_at: '2001-01-01T00:00:00+00:00',
  }))
  for (let at = 0; at < entries.length; at += 20) {
    const answer = await fetch(`${places.open}${API}/artifacts/batch`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ artifacts: entries.slice(at, at + 20) }) })
    if (!answer.ok) throw new Error(`${answer.status} ${(await answer.text()).slice(0, 500)}`)
  }
})

/** Let the page tell of each execution, and of what its policy had to stop. */
async function listen(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const told: string[] = []
    Object.assign(globalThis, { told, broken: () => told.push('executed') })
    document.addEventListener('securitypolicyviolation', (event) => told.push(`policy: ${event.violatedDirective} ${event.sample}`))
  })
  return () => page.evaluate(() => (globalThis as unknown as { told: string[] }).told)
}

async function go(page: Page, query: string, wait = true): Promise<void> {
  await page.evaluate((address) => {
    history.pushState(null, '', address)
    dispatchEvent(new PopStateEvent('popstate'))
  }, query)
  if (wait) await settled(page)
}

for (const width of [1280, 375]) {
  test(`200 hostile strings in every field, ${width} pixels wide: none is executed, nothing sticks out`, async ({ page }) => {
    test.setTimeout(90_000)
    const told = await listen(page)
    await page.setViewportSize({ width, height: 800 })
    await visit(page, '?q=created<2002-01-01')
    for (let i = 0; i < 7 && (await page.getByRole('button', { name: 'Show more' }).count()); i++) {
      await page.getByRole('button', { name: 'Show more' }).click()
      await settled(page)
    }
    expect(await page.locator('.list > li').count()).toBe(STRINGS.length)
    expect(await overflow(page), 'search').toBeLessThanOrEqual(0)
    const root = encodeURIComponent(id(0))
    const opened = encodeURIComponent(JSON.stringify([[id(0), 'd', 300]]))
    for (const view of [`lineage&id=${root}&open=${opened}&metric=note&by=pipeline`, `impact&id=${root}`, `promotion&id=${root}`]) {
      await go(page, `?view=${view}`)
      expect(await overflow(page), view.slice(0, 9)).toBeLessThanOrEqual(0)
      expect(await told()).toEqual([])
    }
    await go(page, `?view=lineage&id=${root}&open=${opened}`)
    expect(await page.locator('[data-id]').count()).toBe(STRINGS.length)
    const some = Array.from({ length: SCRIPTS.length + TEXTS.length }, (_, i) => i).filter((i) => i % 3 === (width > 400 ? 0 : 2))
    for (const i of some) {
      const one = encodeURIComponent(id(i))
      await go(page, `?view=artifact&id=${one}`)
      expect(await overflow(page), `artifact ${i}`).toBeLessThanOrEqual(0)
      if (i % 2 === 0) {
        await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)))
        expect(await overflow(page), `metadata ${i}`).toBeLessThanOrEqual(0)
        await go(page, `?view=compare&id=${one}&with=${encodeURIComponent(id(i + 1))}`)
        expect(await overflow(page), `compare ${i}`).toBeLessThanOrEqual(0)
      }
    }
    expect(await told()).toEqual([])
  })
}

test('hostile addresses and questions are text too', async ({ page }) => {
  const told = await listen(page)
  await visit(page, '')
  for (const text of SCRIPTS) {
    const value = encodeURIComponent(text)
    for (const query of [`?q=${value}`, `?view=${value}&id=${value}`]) await go(page, query, false)
    await go(page, `?view=lineage&id=${MODEL}&where=${value}&open=${value}&box=${value}&group=${value}&as_of=${value}&to=${value}&metric=${value}`)
  }
  expect(await overflow(page)).toBeLessThanOrEqual(0)
  expect(await told()).toEqual([])
})
