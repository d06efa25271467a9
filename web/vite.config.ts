import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

// The page is served by the service itself, perhaps below a path of a proxy: addresses are relative.
export default defineConfig({
  base: './',
  plugins: [svelte()],
  build: { outDir: '../catalog_graph/server/page', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '/api': 'http://127.0.0.1:8000', '/readyz': 'http://127.0.0.1:8000' } },
})
