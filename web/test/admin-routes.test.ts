import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { framePages, page, stage } from './frame.ts';
import { ADMIN, violationsOn } from './stage.ts';

framePages(ADMIN);

const routeOf = (name: string) => stage.state.routes.find((one) => one.name === name);

test('a rule about the response asks for what its source needs, and for no more', async () => {
  await page.goto(paths.adminRouteNew);
  await page.getByLabel('Name', { exact: true }).fill('Chat');
  await page.getByLabel('Path pattern').fill('/chat/*');
  await page.getByLabel('Upstream URL').fill('http://127.0.0.1:4003');
  expect(await page.getByLabel('Fallback').count()).toBe(0);
  await page.getByLabel('Counts').selectOption('response_header');
  await page.getByRole('button', { name: 'Create route' }).click();
  await page.getByText('Enter the name of a header').waitFor();
  await page.getByLabel('Counts').selectOption('response_sse');
  await page.getByLabel('JSON pointer').fill('usage');
  await page.getByLabel('Fallback').fill('25');
  await page.getByLabel('Most a request costs').fill('128000');
  await page.getByRole('button', { name: 'Create route' }).click();
  await page.getByText('Begin with /').waitFor();
  await page.getByLabel('JSON pointer').fill('/usage/total_tokens');
  await page.getByRole('button', { name: 'Create route' }).click();
  await page.getByRole('heading', { name: 'Chat' }).waitFor();
  expect(routeOf('Chat')?.metering).toEqual([
    {
      meter: 'requests',
      source: 'response_sse',
      pointer: '/usage/total_tokens',
      units: 1,
      max_cost: 128_000,
      fallback: 25,
      max_value: 1_000_000_000,
    },
  ]);
});

test('an admin sees which values of the upstream could not be read', async () => {
  const route = routeOf('Weather');
  const hour = new Date().toISOString();
  const at = { first_hour: hour, last_hour: hour };
  stage.state.valueFaults[route?.id ?? ''] = [
    { meter: 'requests', fault: 'missing', requests: 1_204, customers: 3, ...at },
  ];
  await page.goto(paths.adminRoute(route?.id ?? ''));
  await page.getByRole('heading', { name: 'Values that could not be read' }).waitFor();
  const row = page.getByRole('row').filter({ hasText: 'The response does not have it' });
  expect(await row.innerText()).toContain('1,204');
});

/** Saves the route of the form, once what changes was shown and agreed to. */
async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save route' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('Route saved').waitFor();
}

test('what a save would change is shown first, and nothing is saved without a yes', async () => {
  const route = routeOf('Echo');
  const before = structuredClone(route);
  await page.goto(paths.adminRoute(route?.id ?? ''));
  await page.getByRole('button', { name: 'Save route' }).click();
  await page.getByText('Nothing was changed').waitFor();
  await page.getByLabel('Methods').fill('GET');
  await page.getByLabel('Upstream URL', { exact: true }).fill('http://127.0.0.1:4099');
  await page.getByRole('button', { name: 'Save route' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('upstreams.0.url').waitFor();
  const told = await dialog.getByRole('definition').allInnerTexts();
  expect(told.map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([
    expect.stringMatching(/^before: .+ after: GET$/),
    expect.stringMatching(/^before: http.+ after: http:\/\/127\.0\.0\.1:4099$/),
  ]);
  expect(await violationsOn(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(routeOf('Echo')).toEqual(before);
  const typed = page.getByLabel('Upstream URL', { exact: true });
  expect(await typed.inputValue()).toBe('http://127.0.0.1:4099');
  await page.route('**/v1/routes/*', (asked) => {
    if (asked.request().method() !== 'PATCH') return asked.continue();
    const errors = [{ path: 'upstreams.0.url', message: 'is not open' }];
    const body = JSON.stringify({ status: 400, code: 'invalid_request', title: 'No', errors });
    return asked.fulfill({ status: 400, contentType: 'application/problem+json', body });
  });
  await page.getByRole('button', { name: 'Save route' }).click();
  await dialog.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('Is not open').waitFor();
  expect(routeOf('Echo')).toEqual(before);
  await page.unroute('**/v1/routes/*');
  await save(page);
  expect(routeOf('Echo')).toMatchObject({
    methods: ['GET'],
    upstreams: [{ url: 'http://127.0.0.1:4099' }],
  });
});

test('a secret goes in, is chosen for a header by its name, and is never shown', async () => {
  await page.goto(paths.adminSecrets);
  await page.getByRole('button', { name: 'Create secret' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('Upstream');
  await dialog.getByLabel('Text', { exact: true }).fill('sk_live_hidden');
  await dialog.getByRole('button', { name: 'Create secret' }).click();
  await dialog.getByText('Begin with a small letter').waitFor();
  await dialog.getByLabel('Name', { exact: true }).fill('upstream-key');
  await dialog.getByRole('button', { name: 'Create secret' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('row').filter({ hasText: 'upstream-key' }).getByText('No route').waitFor();
  expect(await page.content()).not.toContain('sk_live_hidden');

  const route = routeOf('Weather');
  await page.goto(paths.adminRoute(route?.id ?? ''));
  await page.getByText('Headers', { exact: true }).click();
  await page.getByRole('button', { name: 'Add header' }).first().click();
  await page.getByLabel('Header', { exact: true }).fill('Authorization');
  await page.getByLabel('From', { exact: true }).selectOption('secret');
  await page.getByRole('button', { name: 'Save route' }).click();
  await page.getByText('Choose a secret').waitFor();
  await page.getByLabel('Secret', { exact: true }).selectOption('upstream-key');
  await page.getByLabel('Before it').fill('Bearer ');
  await page.getByLabel('Path upstream').selectOption('rewritten');
  await page.getByLabel('Rewrite to').fill('/api/*');
  await save(page);
  expect(routeOf('Weather')).toMatchObject({
    strip_prefix: null,
    rewrite_path: '/api/*',
    request_headers: [
      { op: 'set', name: 'Authorization', secret: 'upstream-key', prefix: 'Bearer ' },
    ],
    response_headers: [],
  });
});

test('a route takes tokens of an issuer, and its form asks for what they need', async () => {
  const route = routeOf('Weather');
  await page.goto(paths.adminRoute(route?.id ?? ''));
  await page.getByText('Tokens (JWT)', { exact: true }).click();
  await page.getByLabel('Take tokens of another issuer').check();
  await page.getByLabel('Issuer', { exact: true }).fill('https://id.example.com/');
  await page.getByRole('button', { name: 'Save route' }).click();
  await page.getByText('Enter an audience').waitFor();
  await page.getByLabel('Audience', { exact: true }).fill('https://api.example.com, mobile');
  await page.getByLabel('Algorithms', { exact: true }).fill('ES256');
  await page.getByLabel('It names').selectOption('key');
  await save(page);
  expect(routeOf('Weather')?.jwt).toEqual({
    issuer: 'https://id.example.com/',
    audience: ['https://api.example.com', 'mobile'],
    jwks_url: null,
    algorithms: ['ES256'],
    ...{ clock_tolerance_s: 30, claim: 'sub', names: 'key', forward: false },
  });
  await page.reload();
  expect(await page.getByLabel('Issuer', { exact: true }).inputValue()).toBe(
    'https://id.example.com/',
  );
});

test('a route gets a second upstream, retries and a fence, and shows them again', async () => {
  const route = routeOf('Weather');
  await page.goto(paths.adminRoute(route?.id ?? ''));
  await page.getByRole('button', { name: 'Add upstream' }).click();
  await page.getByLabel('Upstream URL 2').fill('http://127.0.0.1:4004');
  await page.getByLabel('Weight', { exact: true }).fill('3');
  await page.getByText('Timeouts and failures', { exact: true }).click();
  await page.getByLabel('Retries', { exact: true }).check();
  await page.getByLabel('Also on statuses').fill('503');
  await page.getByText('Access', { exact: true }).click();
  await page.getByLabel('Only from').fill('10.0.0.0/8, 2001:db8::/32');
  await page.getByLabel('Required scopes').fill('weather:read');
  await page.getByText('Browsers (CORS)', { exact: true }).click();
  await page.getByLabel('Answer browsers here').check();
  await page.getByRole('button', { name: 'Save route' }).click();
  await page.getByText('Enter an origin, or *').waitFor();
  await page.getByLabel('Origins').fill('https://app.example.com');
  await save(page);
  expect(routeOf('Weather')).toMatchObject({
    upstreams: [{ weight: 3 }, { url: 'http://127.0.0.1:4004', weight: 1 }],
    retries: { attempts: 1, statuses: [503], budget_percent: 20 },
    ip_allow: ['10.0.0.0/8', '2001:db8::/32'],
    required_scopes: ['weather:read'],
    cors: { origins: ['https://app.example.com'], credentials: false },
    maintenance: null,
  });
  await page.reload();
  await page.getByText('scopes required, addresses restricted').waitFor();
  expect(await page.getByLabel('Also on statuses').isVisible()).toBe(true);
});

test.each([
  ['expires', 5],
  ['expired', -1],
] as const)(
  'a certificate that %s is told of in the list and with the route',
  async (verb, days) => {
    const route = routeOf('Weather');
    const end = new Date(Date.now() + days * 86_400_000).toISOString();
    Object.assign(route ?? {}, { certificates_expire_at: end });
    await page.goto(paths.adminRoutes);
    await page.getByText(`Certificate ${verb}`, { exact: true }).waitFor();
    await page.goto(paths.adminRoute(route?.id ?? ''));
    await page.getByRole('heading', { name: `A certificate ${verb} on` }).waitFor();
    Object.assign(route ?? {}, { certificates_expire_at: null });
    await page.reload();
    await page.getByRole('heading', { name: 'Weather' }).waitFor();
    expect(await page.getByText('A certificate').count()).toBe(0);
  },
);

test('a route gets an authority and a certificate whose key is a secret', async () => {
  const name = 'gateway-key';
  const made = new Date().toISOString();
  stage.state.secrets.push({
    id: 'sec_tls',
    name,
    used_by: [],
    created_at: made,
    updated_at: made,
  });
  const route = routeOf('Weather');
  await page.goto(paths.adminRoute(route?.id ?? ''));
  await page.getByLabel('Upstream URL', { exact: true }).fill('https://weather.internal');
  await page.getByText('TLS with upstreams', { exact: true }).click();
  await page.getByLabel('Own authority or certificate for https://weather.internal').check();
  await page.getByLabel('Authorities (PEM)').fill('-----BEGIN CERTIFICATE-----\nca');
  await page.getByLabel('Client certificate (PEM)').fill('-----BEGIN CERTIFICATE-----\nown');
  await page.getByRole('button', { name: 'Save route' }).click();
  await page.getByText('Choose a secret').waitFor();
  await page.getByLabel('Private key').selectOption(name);
  await page.getByLabel('Server name').fill('api.internal');
  await save(page);
  const tls = {
    ca: '-----BEGIN CERTIFICATE-----\nca',
    certificate: '-----BEGIN CERTIFICATE-----\nown',
    key: name,
    server_name: 'api.internal',
  };
  expect(routeOf('Weather')?.upstreams[0]).toMatchObject({ url: 'https://weather.internal', tls });
  await page.reload();
  await page.getByText('Own settings for one upstream.').waitFor();
  expect(await page.getByLabel('Server name').inputValue()).toBe('api.internal');
});
