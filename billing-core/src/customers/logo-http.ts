import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import {
  LOGO_BYTES_MAX,
  LOGO_TYPES,
  logoTypeOf,
  newLogo,
  shownBranding,
  type LogoType,
} from '../contract/branding.ts';
import { audit } from '../kit/audit.ts';
import type { Sql } from '../kit/database.ts';
import { Fault, found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { readBranding, readLogo, updateLogo, type Logo } from './branding-store.ts';

const put = createRoute({
  method: 'put',
  path: '/branding/logo',
  tags: ['Administration'],
  summary: 'Replace the logo',
  description: 'A small picture beside the name: PNG, JPEG or WebP, up to 32 KiB.',
  request: jsonBody(newLogo),
  responses: { 200: json(shownBranding), ...PROBLEMS },
});

const remove = createRoute({
  method: 'delete',
  path: '/branding/logo',
  tags: ['Administration'],
  summary: 'Take the logo away',
  responses: { 200: json(shownBranding), ...PROBLEMS },
});

/** What is in it decides, not what it says it is. */
function logoIn(image: string): Logo {
  const bytes = Buffer.from(image, 'base64');
  const type: LogoType | undefined = logoTypeOf(bytes.toString('latin1', 0, 16));
  const message =
    bytes.length > LOGO_BYTES_MAX ? 'is over 32 KiB' : 'is neither a PNG, a JPEG nor a WebP';
  if (type !== undefined && bytes.length <= LOGO_BYTES_MAX) return { bytes, type };
  throw new Fault('invalid_request', { errors: [{ path: 'image', message }] });
}

/** /v1/branding/logo */
export function logoHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(put, async (c) => {
    const { tx, actor, now, requestId } = c.var;
    const logo = logoIn(c.req.valid('json').image);
    await updateLogo(tx, logo);
    const deed = { actor, action: 'branding.logo', subjectId: 'branding' };
    const detail = { type: logo.type, bytes: logo.bytes.length };
    await audit(tx, { ...deed, now, requestId, detail });
    return c.json(await readBranding(tx), 200);
  });
  app.openapi(remove, async (c) => {
    const { tx, actor, now, requestId } = c.var;
    await updateLogo(tx, null);
    const deed = { actor, action: 'branding.logo_removed', subjectId: 'branding' };
    await audit(tx, { ...deed, now, requestId });
    return c.json(await readBranding(tx), 200);
  });
  return app;
}

const FOREVER = 'public, max-age=31536000, immutable';
const MARK_CHARS_MAX = 64;

const image = Object.fromEntries(LOGO_TYPES.map((type) => [type, { schema: z.string() }]));

const shown = createRoute({
  method: 'get',
  path: '/logo',
  tags: ['Portal'],
  summary: 'Get the logo',
  description: 'For everybody; the settings say where, with what marks this one.',
  request: { query: z.object({ v: z.string().max(MARK_CHARS_MAX).optional() }) },
  responses: { 200: { description: 'The picture', content: image }, ...PROBLEMS },
});

/** /portal/v1/logo, which the sign-in page shows: as what it is and as nothing else. */
export function shownLogoHttp(sql: Sql): OpenAPIHono<Api> {
  const app = api();
  app.openapi(shown, async (c) => {
    const { bytes, type, mark } = found(await readLogo(sql), 'logo');
    return c.body(new Uint8Array(bytes), 200, {
      'content-type': type,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': c.req.valid('query').v === mark ? FOREVER : 'no-cache',
    });
  });
  return app;
}
