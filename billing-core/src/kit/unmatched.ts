import type { Hono } from 'hono';
import { Fault } from './fault.ts';
import { problemResponse, type Api, type ApiContext } from './http.ts';

type Endpoint = { method: string; pattern: RegExp };

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

function patternOf(path: string): RegExp {
  const parts = path.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : literal(part)));
  return new RegExp(`^${parts.join('/')}/?$`);
}

/**
 * The answer to what no endpoint matched: 405 with Allow where the path exists with other methods,
 * else 404. Call it when all endpoints are registered.
 */
export function unmatched(app: Hono<Api>): (c: ApiContext) => Response {
  const endpoints: Endpoint[] = app.routes
    .filter((route) => route.method !== 'ALL')
    .map((route) => ({ method: route.method, pattern: patternOf(route.path) }));
  return (c) => {
    const here = endpoints.filter(({ pattern }) => pattern.test(c.req.path));
    if (here.length === 0) return problemResponse(c, new Fault('not_found'));
    const allowed = new Set(here.map(({ method }) => method));
    if (allowed.has('GET')) allowed.add('HEAD');
    const answer = problemResponse(c, new Fault('method_not_allowed'));
    answer.headers.set('allow', [...allowed].toSorted().join(', '));
    return answer;
  };
}
