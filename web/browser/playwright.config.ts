import { defineConfig } from '@playwright/test'

// `python -m tools.page test` starts the services and unpacks Chromium, and says so in these two variables.
const chromium = JSON.parse(process.env['PAGE_CHROMIUM'] ?? '{}') as { path: string; env: Record<string, string> }
const UNUSED = ['--disable-gpu', '--disable-background-networking', '--disable-component-update', '--font-render-hinting=none']

export default defineConfig({
  testDir: '.',
  outputDir: '../../.make/page-results',
  timeout: 40_000,
  expect: { timeout: 8_000 },
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  reporter: 'list',
  use: {
    viewport: { width: 1280, height: 860 },
    timezoneId: 'UTC',
    launchOptions: {
      executablePath: chromium.path,
      args: ['--no-sandbox', '--no-zygote', ...UNUSED],
      env: { ...(process.env as Record<string, string>), ...chromium.env },
    },
  },
})
