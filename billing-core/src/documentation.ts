import type { OpenAPIHono } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Api } from './kit/http.ts';
import { IDEMPOTENCY_KEY_CHARS_MAX } from './kit/idempotency.ts';

type Document = ReturnType<OpenAPIHono<Api>['getOpenAPI31Document']>;
type Operation = {
  operationId?: string;
  summary?: string;
  security?: object[];
  parameters?: object[];
};

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const PUBLIC = /^\/auth\/|^\/webhooks\/|^\/portal\/v1\/(settings|logo)$/;
const CUSTOMER_PARAMETER = {
  name: 'customer_id',
  in: 'path',
  required: true,
  schema: { type: 'string' },
  description: 'A customer the caller is a member of; any other is answered 404',
};

// What waits for the collector stores no answer: asked again, it is a page anew.
const REPEATABLE = /^\/(portal\/)?v1\/(?!.*\/(payment-pages|charge)$)/;
const KEY_PARAMETER = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', minLength: 1, maxLength: IDEMPOTENCY_KEY_CHARS_MAX },
  description:
    'Of your choosing, one per deed: the same key and request within a day gets the first answer ' +
    'again, with `Idempotent-Replayed: true`; with another request it is 422',
};

// "List keys" of the customer side and of the admin side are two operations.
function operationId(path: string, summary: string): string {
  const bare = summary.replaceAll(/[^A-Za-z0-9 ]/g, '').split(' ');
  const words = bare.filter((word) => !/^(a|an|the)$/i.test(word));
  const side = path.startsWith('/portal/') ? ['portal', ...words] : words;
  return side
    .map((word, at) =>
      at === 0 ? word.toLowerCase() : word.charAt(0).toUpperCase() + word.slice(1),
    )
    .join('');
}

function securityOf(path: string): object[] {
  if (PUBLIC.test(path)) return [];
  return path.startsWith('/portal/') ? [{ session: [] }] : [{ bearer: [] }, { session: [] }];
}

function complete(path: string, method: string, operation: Operation): void {
  operation.operationId ??= operationId(path, operation.summary ?? path);
  operation.security ??= securityOf(path);
  if (path.includes('{customer_id}')) {
    const others = operation.parameters ?? [];
    const named = others.some(
      (parameter) => 'name' in parameter && parameter.name === 'customer_id',
    );
    operation.parameters = named ? others : [CUSTOMER_PARAMETER, ...others];
  }
  if (method === 'post' && REPEATABLE.test(path)) {
    operation.parameters = [...(operation.parameters ?? []), KEY_PARAMETER];
  }
}

/** OpenAPI 3.1 of every endpoint that is registered. `publicUrl` is the portal's origin. */
export function openApi(app: OpenAPIHono<Api>, publicUrl: string): Document {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Tollgate',
      version: '1',
      description:
        'Customers, plans, routes, keys and metered usage of a Tollgate installation. Each list ' +
        'is a CSV file as well, at its path with `.csv`: all its rows, with the same filters.',
      license: { name: 'Apache-2.0' },
    },
    servers: [{ url: `${publicUrl}/api`, description: 'Through the portal' }],
  });
  document.components = {
    ...document.components,
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: 'An admin token, tga_…' },
      session: {
        type: 'apiKey',
        in: 'cookie',
        name: `${publicUrl.startsWith('https://') ? '__Secure-' : ''}tollgate.session_token`,
        description: 'The cookie of /auth/sign-in/email; writes need Origin as well',
      },
    },
  };
  const tags = new Set<string>();
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) {
      const operation = item[method];
      if (!operation) continue;
      complete(path, method, operation as Operation);
      for (const tag of operation.tags ?? []) tags.add(tag);
    }
  }
  document.tags = [...tags].toSorted().map((name) => ({ name }));
  return document;
}

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Tollgate API</title>
  </head>
  <body>
    <div id="app"></div>
    <script src="docs/scalar.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;

// Everything that would call someone else's server is off; the policy below forbids it as well.
const START = `Scalar.createApiReference('#app', {
  url: new URL('openapi.json', location.href).href,
  proxyUrl: '',
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
});
`;

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

// Beside the package's entry, which its exports name; the bundle itself they do not.
const BUNDLE = new URL('browser/standalone.js', import.meta.resolve('@scalar/api-reference'));

/** /openapi.json and /docs: the reference, from our own disk. */
export function documentationHttp(document: () => Document): Hono<Api> {
  const app = new Hono<Api>();
  let text: string | undefined;
  let bundle: Promise<Buffer<ArrayBuffer>> | undefined;
  const secured = { 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff' };
  const script = { ...secured, 'content-type': 'text/javascript; charset=utf-8' };
  app.get('/openapi.json', (c) => {
    text ??= JSON.stringify(document());
    return c.body(text, 200, { 'content-type': 'application/json' });
  });
  app.get('/docs', (c) => c.html(PAGE, 200, secured));
  app.get('/docs/start.js', (c) => c.body(START, 200, script));
  app.get('/docs/scalar.js', async (c) => {
    bundle ??= readFile(BUNDLE).then((bytes) => promisify(gzip)(bytes));
    const headers = { ...script, 'content-encoding': 'gzip', 'cache-control': 'max-age=3600' };
    return c.body(await bundle, 200, headers);
  });
  return app;
}
