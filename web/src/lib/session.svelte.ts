/** Who is asking: the key of this tab, what it may do, and whether the service answers. */

import { call, key, Problem, type Health } from './api'

class Session {
  health = $state<Health | null>(null)
  asking = $state(false)
  away = $state(false)
  /** Counts up when the key changes, so that views ask again. */
  turn = $state(0)

  get mayWrite(): boolean {
    const scopes = this.health?.scopes
    return !scopes || scopes.includes('write') || scopes.includes('admin')
  }

  async look(): Promise<void> {
    try {
      this.health = await call<Health>('GET', 'readyz')
      this.away = false
    } catch (error) {
      this.away = error instanceof Problem && (error.status === 0 || error.status === 503)
    }
  }

  ask(): void {
    this.asking = true
  }

  async use(value: string): Promise<void> {
    key.set(value.trim())
    this.asking = false
    await this.look()
    this.turn += 1
  }
}

export const session = new Session()
