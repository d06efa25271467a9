/** Calls of the service, typed by its own OpenAPI document (`schema.d.ts`, made by `npm run api`). */

import type { components } from './schema'

type Schemas = components['schemas']
export type Entry = Schemas['Entry']
export type Card = Schemas['Card']
export type Page = Schemas['Page']
export type Facet = Schemas['Facet']
export type Neighbours = Schemas['Neighbours']
export type Versions = Schemas['Versions']
export type Impact = Schemas['Impact']
export type Paths = Schemas['Paths']
export type Difference = Schemas['Difference']
export type Erasure = Schemas['Erasure']
export type Seals = Schemas['Seals']
export type Stale = Schemas['Stale']
export type StaleArtifacts = Schemas['StaleArtifacts']
export type Outdated = Schemas['Outdated']
export type WhatIf = Schemas['WhatIf']
export type Listed = Schemas['Listed']
export type PromotionReport = Schemas['PromotionReport']
export type AliasPage = Schemas['AliasPage']
export type AliasHistory = Schemas['AliasHistory']
export type AliasMove = Schemas['AliasMove']
export type Lineage = Schemas['LineageCards']
export type LineageColumns = Schemas['LineageColumns']
export type Extent = Schemas['Extent']
export type ChangePage = Schemas['ChangePage']
export type PolicyFile = Schemas['PolicyFile']
export type Health = Schemas['Health']

const API = new URL('api/v1/catalog', document.baseURI).href
const KEPT = 'catalog_graph.key'

/** An answer that is no success, in the service's own words. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message)
  }

  get field(): string {
    return String(this.details['field'] ?? '')
  }
}

/** The key of this tab; it is kept until the tab is closed. */
export const key = {
  get: (): string => sessionStorage.getItem(KEPT) ?? '',
  set: (value: string): void => (value ? sessionStorage.setItem(KEPT, value) : sessionStorage.removeItem(KEPT)),
}

type Query = Record<string, string | number | boolean | string[] | undefined | null>
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** Send a request; raise `Problem` where it fails or nothing answers. */
export async function call<T>(method: Method, path: string, query: Query = {}, body?: unknown, signal?: AbortSignal): Promise<T> {
  const headers = new Headers({ Accept: 'application/json', 'Catalog-Graph-Ids': 'encoded' })
  if (key.get()) headers.set('Authorization', `Bearer ${key.get()}`)
  if (body !== undefined) headers.set('Content-Type', 'application/json')
  const parameters = queryOf(query)
  const url = (path.startsWith('/') ? API : new URL('.', document.baseURI).href) + path + (parameters && (path.includes('?') ? '&' : '?') + parameters)
  let response: Response
  try {
    response = await fetch(url, { method, headers, body: body === undefined ? null : JSON.stringify(body), signal: signal ?? null })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Problem(0, 'The service does not answer. It may be restarting: try again in a moment.')
  }
  const text = await response.text()
  const answer: unknown = text ? parsed(text) : null
  if (!response.ok) {
    const details = (answer ?? {}) as Record<string, unknown>
    throw new Problem(response.status, String(details['detail'] ?? response.statusText), details)
  }
  return answer as T
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function queryOf(query: Query): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '' || value === false) continue
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one))
  }
  return search.toString()
}

/** Questions that take references; the page asks them with ids out of answers. */
const BY_REFERENCE = new Set(['lineage', 'picture', 'impact', 'paths', 'diff', 'what-if', 'stale', 'erasure', 'open-erasure', 'mark-erased', 'seals', 'seal', 'check-promotion', 'promote'])

/** Return the path of an artifact, its id percent-encoded; a question takes it, and others beside it, as ids alone. */
export function at(id: string, question = ''): string {
  const encoded = encodeURIComponent(id).replace(/^\.+$/, (dots) => dots.replaceAll('.', '%2E'))
  return `/artifacts/${encoded}${question && `/${question}`}${BY_REFERENCE.has(question) ? '?exact=true' : ''}`
}

/** Return the id of what a person has written: an id, a name, name:v3 or name@champion. */
export async function resolved(reference: string, signal?: AbortSignal): Promise<string> {
  return (await call<Schemas['Resolution']>('GET', '/resolve', { reference }, undefined, signal)).artifact_id
}

/** Follow what a component asks for: each new question ends the one before. */
export class Latest {
  #control = new AbortController()

  begin(): AbortSignal {
    this.#control.abort()
    this.#control = new AbortController()
    return this.#control.signal
  }
}

/** Return whether an error is only that a newer question took its place. */
export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}
