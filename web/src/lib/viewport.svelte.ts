/** What part of the picture is seen, and how large: fit, zoom and pan. */

interface Point {
  id: string
  x: number
  y: number
}

export class Viewport {
  x = $state(0)
  y = $state(0)
  k = $state(1)
  #held: Point | null = null
  #drag: { x: number; y: number } | null = null
  #fingers = new Map<number, { x: number; y: number }>()

  get transform(): string {
    return `translate(${this.x} ${this.y}) scale(${this.k})`
  }

  /** Show the whole of a picture, or as much of it as can be read, with a point of it in the middle. */
  fit(frame: HTMLElement | undefined, width: number, height: number, middle: { x: number; y: number } | null): void {
    if (!frame) return
    const [w, h] = [frame.clientWidth, frame.clientHeight]
    const whole = Math.min((w - 70) / width, (h - 60) / height)
    this.k = Math.min(1.15, Math.max(whole, w < 600 ? 0.6 : 0.34))
    const along = (size: number, length: number, at: number): number => (length * this.k <= size - 20 ? (size - length * this.k) / 2 : Math.min(40, Math.max(size - 40 - length * this.k, size / 2 - at * this.k)))
    this.x = along(w, width, middle?.x ?? 0)
    this.y = along(h, height, middle?.y ?? 0)
  }

  /** Bring a point of the picture into sight, if it is outside. */
  show(frame: HTMLElement | undefined, at: { x: number; y: number }): void {
    if (!frame) return
    const [w, h] = [frame.clientWidth, frame.clientHeight]
    const [x, y] = [this.x + at.x * this.k, this.y + at.y * this.k]
    if (x < 60 || x > w - 60) this.x += w / 2 - x
    if (y < 30 || y > h - 30) this.y += h / 2 - y
  }

  zoom(factor: number, cx: number, cy: number): void {
    const k = Math.min(3, Math.max(0.05, this.k * factor))
    this.x = cx - ((cx - this.x) * k) / this.k
    this.y = cy - ((cy - this.y) * k) / this.k
    this.k = k
  }

  /** Remember where a box stands on the screen, so that `keep` puts it there again. */
  hold(id: string, at: { x: number; y: number }): void {
    this.#held = { id, x: this.x + at.x * this.k, y: this.y + at.y * this.k }
  }

  /** Put the box that is held where it was; return false if there is none. */
  keep(find: (id: string) => { x: number; y: number } | null): boolean {
    const held = this.#held
    this.#held = null
    const at = held && find(held.id)
    if (!held || !at) return false
    this.x = held.x - at.x * this.k
    this.y = held.y - at.y * this.k
    return true
  }

  wheel(event: WheelEvent, frame: HTMLElement): void {
    event.preventDefault()
    if (event.ctrlKey || event.metaKey) {
      const box = frame.getBoundingClientRect()
      this.zoom(Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top)
    } else {
      this.x -= event.deltaX
      this.y -= event.deltaY
    }
  }

  press(event: PointerEvent, frame: HTMLElement): void {
    this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY })
    if ((event.target as Element).closest('[role=button], button')) return
    this.#drag = { x: event.clientX - this.x, y: event.clientY - this.y }
    frame.setPointerCapture(event.pointerId)
  }

  move(event: PointerEvent, frame: HTMLElement): void {
    const before = this.#fingers.get(event.pointerId)
    if (!before) return
    if (this.#fingers.size === 2) this.#pinch(event, before, frame)
    else if (this.#drag) {
      this.x = event.clientX - this.#drag.x
      this.y = event.clientY - this.#drag.y
    }
    this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY })
  }

  #pinch(event: PointerEvent, before: { x: number; y: number }, frame: HTMLElement): void {
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1]
    if (!other) return
    const box = frame.getBoundingClientRect()
    const [was, is] = [Math.hypot(before.x - other.x, before.y - other.y), Math.hypot(event.clientX - other.x, event.clientY - other.y)]
    if (was > 0) this.zoom(is / was, (event.clientX + other.x) / 2 - box.left, (event.clientY + other.y) / 2 - box.top)
    this.#drag = null
  }

  release(event: PointerEvent): void {
    this.#fingers.delete(event.pointerId)
    this.#drag = null
  }
}
