/* Unpack the Chromium of the lock below TMPDIR, once; print how to start it. Its libraries come along where the system lacks them. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import chromium, { inflate } from '@sparticuz/chromium'

chromium.setGraphicsMode = false
const path = await chromium.executablePath()
// The package's own fonts.conf looks for its fonts in /tmp alone; without any font, Chromium crashes.
const fonts = join(tmpdir(), 'fonts')
const settings = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${join(fonts, 'fonts')}</dir><cachedir>${join(fonts, 'cache')}</cachedir></fontconfig>
`
writeFileSync(join(fonts, 'fonts.conf'), settings)
const env = { FONTCONFIG_PATH: fonts }
if (spawnSync('ldd', [path], { encoding: 'utf8' }).stdout?.includes('not found')) {
  const entry = dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium')))
  env.LD_LIBRARY_PATH = join(await inflate(join(entry, '..', 'bin', 'al2023.tar.br')), 'lib')
}
process.stdout.write(JSON.stringify({ path, env }))
