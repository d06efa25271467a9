/** The state of the page, all of it in the address bar: `?view=artifact&id=…`. */

export const VIEWS = ['search', 'artifact', 'lineage', 'impact', 'stale', 'compare', 'promotion', 'erasure'] as const
export type View = (typeof VIEWS)[number]
export type Params = Record<string, string | undefined>

class Route {
  params = $state<Record<string, string>>(read(location.search))

  get view(): View {
    const view = this.params['view']
    return VIEWS.find((known) => known === view) ?? 'search'
  }

  get(name: string, otherwise = ''): string {
    return this.params[name] ?? otherwise
  }

  /** Show another view; a step back returns to this one. */
  go(view: View, params: Params = {}): void {
    const address = addressOf(view, params)
    if (address === location.search) return
    history.pushState(null, '', address || location.pathname)
    this.params = read(address)
    scrollTo(0, 0)
  }

  /** Change some parameters of this view; `replace` leaves no step in the history. */
  set(params: Params, replace = false): void {
    const { view: _, ...rest } = this.params
    const address = addressOf(this.view, { ...rest, ...params })
    history[replace ? 'replaceState' : 'pushState'](null, '', address || location.pathname)
    this.params = read(address)
  }
}

/** Return the address of a view, with empty parameters left out. */
export function addressOf(view: View, params: Params = {}): string {
  const query = new URLSearchParams()
  if (view !== 'search') query.set('view', view)
  for (const [name, value] of Object.entries(params)) if (value) query.set(name, value)
  const text = query.toString()
  return text ? `?${text}` : ''
}

function read(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search))
}

export const route = new Route()
addEventListener('popstate', () => (route.params = read(location.search)))
