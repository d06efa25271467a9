/** The drawn picture as a file of its own. */

import { save, toCsv } from './csv'
import { dot, mermaid, type Picture } from './picture'

const COPIED = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linejoin', 'stroke-linecap', 'opacity', 'font-family', 'font-size', 'font-weight', 'text-decoration-line', 'text-anchor']
const MARGIN = 24

/** Return the picture as an SVG document that needs no style sheet: each element carries its own colours. */
export function standalone(svg: SVGSVGElement, picture: Picture): string {
  const copy = svg.cloneNode(true) as SVGSVGElement
  const [from, to] = [svg.querySelectorAll('*'), copy.querySelectorAll('*')]
  from.forEach((element, i) => {
    const style = getComputedStyle(element)
    const target = to[i]!
    for (const name of COPIED) {
      const value = style.getPropertyValue(name)
      if (value && value !== 'none' && value !== 'normal') target.setAttribute(name === 'text-decoration-line' ? 'text-decoration' : name, value)
      else if (name === 'fill' || name === 'stroke') target.setAttribute(name, value || 'none')
    }
    for (const name of ['class', 'role', 'tabindex', 'data-id', 'aria-label', 'aria-pressed', 'aria-hidden']) target.removeAttribute(name)
  })
  copy.removeAttribute('class')
  copy.querySelector('g')?.setAttribute('transform', '')
  const [w, h] = [picture.width + 2 * MARGIN, picture.height + 2 * MARGIN]
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('viewBox', `${-MARGIN} ${-MARGIN} ${w} ${h}`)
  copy.setAttribute('width', String(w))
  copy.setAttribute('height', String(h))
  return new XMLSerializer().serializeToString(copy)
}

/** Let the browser save the picture in one of the forms, or copy its address. */
export async function download(form: string, svg: SVGSVGElement, picture: Picture): Promise<void> {
  const name = `lineage-${picture.root.name || 'artifact'}`.replace(/[^\w.-]+/g, '_').slice(0, 80)
  if (form === 'svg') save(standalone(svg, picture), `${name}.svg`, 'image/svg+xml')
  if (form === 'png') save(await png(standalone(svg, picture), picture), `${name}.png`, 'image/png')
  if (form === 'mermaid') save(mermaid(picture), `${name}.mmd`, 'text/plain')
  if (form === 'dot') save(dot(picture), `${name}.dot`, 'text/plain')
  if (form === 'link') await navigator.clipboard.writeText(location.href)
  if (form === 'csv') save(toCsv(table(picture)), `${name}.csv`, 'text/csv')
}

function table(picture: Picture): string[][] {
  const rows = picture.boxes.map(({ card }) => [card.artifact_id, card.name, card.artifact_type, card.version ?? '', card.state, card.created_at])
  return [['artifact_id', 'name', 'type', 'version', 'state', 'created_at'], ...rows]
}

/** Return an SVG document as a PNG at twice its size, as far as a canvas can be that large. */
export async function png(text: string, picture: Picture): Promise<Blob> {
  const image = new Image()
  const url = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }))
  try {
    image.src = url
    await image.decode()
  } finally {
    URL.revokeObjectURL(url)
  }
  const [w, h] = [picture.width + 2 * MARGIN, picture.height + 2 * MARGIN]
  const scale = Math.min(2, 8000 / w, 8000 / h)
  const canvas = document.createElement('canvas')
  canvas.width = Math.ceil(w * scale)
  canvas.height = Math.ceil(h * scale)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('This browser draws no picture: export as SVG instead.')
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--sheet')
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png'))
}
