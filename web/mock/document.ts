import type { Context, Hono } from 'hono';
import type {
  ApiDocument,
  ApiReference,
  ReferencedOperation,
} from '@tollgate/billing-core/contract/api-document.ts';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import { ago, DAY_MS, type MockState } from './state.ts';

const GATEWAY = 'http://localhost:4002';
const HOSTILE = '<img src=x onerror=alert(1)>';
const ABOUT = { title: `Weather ${HOSTILE}`, version: '2.1.0' };

/** One that can be tried, one with a body that is deprecated, one without CORS. */
function operationsOf(state: MockState): ReferencedOperation[] {
  const [route] = state.routes;
  if (route === undefined) return [];
  const city: ReferencedOperation['parameters'][number] = {
    name: 'city',
    in: 'path',
    required: true,
    description: `Of which ${HOSTILE}`,
    type: 'string',
    values: [],
    example: 'berlin',
  };
  const units = { ...city, name: 'units', in: 'query', required: false, example: '' } as const;
  const base: ReferencedOperation = {
    method: 'GET',
    path: '/demo/weather/{city}',
    summary: 'The weather of a city',
    description: `What it is like there now.\n${HOSTILE}`,
    tag: 'Weather',
    deprecated: false,
    parameters: [city, { ...units, values: ['metric', 'imperial'] }],
    body: null,
    responses: [
      { status: '200', description: 'The weather' },
      { status: 'default', description: HOSTILE },
    ],
    route: { id: route.id, name: route.name },
    url: `${GATEWAY}/demo/weather/{city}`,
    console: 'open',
    public: false,
  };
  const body = {
    content_type: 'application/json',
    required: true,
    description: '',
    example: '{\n  "from": "2026-01-01"\n}',
  };
  const reports = { method: 'POST' as const, tag: '', deprecated: true, parameters: [], body };
  const path = '/demo/reports/of-a-path-that-is-long-and-goes-on-for-quite-a-while';
  const closed = { path: '/demo/zones', url: `${GATEWAY}/demo/zones`, parameters: [] };
  return [
    base,
    { ...base, ...reports, path, url: `${GATEWAY}${path}`, summary: '', public: true },
    { ...base, ...closed, summary: 'Zones', console: 'no_cors' },
  ];
}

/** The document as admins have it. */
export function apiDocument(app: Hono, state: MockState): void {
  app.get('/api-document', (c) => {
    const known: ApiDocument = {
      ...ABOUT,
      operations: operationsOf(state).length,
      unrouted: [{ method: 'GET', path: '/v9/nobody/serves/this' }],
      bytes: 20_480,
      updated_at: ago(DAY_MS),
    };
    return c.json(known);
  });
}

/** The reference as a customer has it; who never used anything finds none. */
export function portalReference(
  app: Hono,
  state: MockState,
  member: (c: Context) => Customer,
): void {
  app.get('/api-reference', (c) => {
    const isKnown = member(c).name === 'Acme';
    const known: ApiReference = {
      document: isKnown ? { ...ABOUT, description: `All of it.\n${HOSTILE}` } : null,
      operations: isKnown ? operationsOf(state) : [],
      gateway_url: GATEWAY,
    };
    return c.json(known);
  });
}
