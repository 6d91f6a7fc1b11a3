import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Api } from './http.ts';
import { Fault } from './fault.ts';

export const BODY_BYTES_MAX = 64 * 1024;
const DEPTH_MAX = 32;

/** Refuses a body over `maxBytes` with 413, also when its length was not announced. */
export const limitBody = (maxBytes = BODY_BYTES_MAX): MiddlewareHandler =>
  bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw new Fault('payload_too_large', { detail: `The body is over ${maxBytes} bytes` });
    },
  });

function parse(bytes: ArrayBuffer): unknown {
  try {
    // A lossy decode would store U+FFFD for what the client sent: refuse instead.
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Fault('malformed_json', { detail: 'The body is not valid JSON in UTF-8' });
  }
}

/** NUL, over-deep nesting and `__proto__` are refused before any schema sees them. */
function refuseUnstorable(value: unknown, path: string, depth: number): void {
  const refuse = (message: string): never => {
    throw new Fault('invalid_request', { errors: [{ path, message }] });
  };
  if (depth > DEPTH_MAX) refuse('is nested too deeply');
  if (typeof value === 'string' && value.includes('\u0000')) refuse('contains NUL');
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__' || key.includes('\u0000')) refuse('has a key that is not allowed');
    refuseUnstorable(inner, path === '' ? key : `${path}.${key}`, depth + 1);
  }
}

/** A URL whose escapes are not UTF-8 is refused: it would be searched for as it is written. */
export const strictUrl: MiddlewareHandler<Api> = async (c, next) => {
  const { search, pathname } = new URL(c.req.url);
  try {
    decodeURIComponent(pathname + search);
  } catch {
    throw new Fault('invalid_request', { detail: 'The URL has escapes that are not UTF-8' });
  }
  await next();
};

/** A body must be JSON in valid UTF-8 and say so; an empty one is left to the schema. */
export const strictJson: MiddlewareHandler<Api> = async (c, next) => {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
  const bytes = await c.req.arrayBuffer();
  if (bytes.byteLength > 0) {
    const type = c.req.header('content-type') ?? '';
    if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) {
      throw new Fault('unsupported_media_type', { detail: 'Send application/json' });
    }
    refuseUnstorable(parse(bytes), '', 0);
  }
  return next();
};
