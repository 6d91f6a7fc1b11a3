import { QueryClient } from '@tanstack/react-query';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAppRouter } from '../src/router.tsx';
import { fakeBuild, type Running, startCore, startPortal } from './origin.ts';

/** What the portal's own server says with every page, whatever route it is. */
let core: Running;
let portal: Running;
const build = fakeBuild();

beforeAll(async () => {
  core = await startCore((_, response) => response.end('{}'));
  portal = await startPortal(build.folder, core.url);
});
afterAll(async () => {
  await portal.close();
  await core.close();
  build.remove();
});

const patterns = Object.keys(createAppRouter(new QueryClient()).routesByPath);
const paths = patterns.map((pattern) => pattern.replaceAll(/\$\w+/g, 'x_1'));

describe.each([...paths, '/nowhere', '/c/%3Cimg%20onerror%3D1%3E'])('%s', (path) => {
  test('runs and loads nothing but files of this origin, and is framed by nobody', async () => {
    const { headers } = await fetch(portal.url + path);
    const policy = new Map(
      (headers.get('content-security-policy') ?? '').split('; ').map((directive) => {
        const [name = '', ...sources] = directive.split(' ');
        return [name, sources] as const;
      }),
    );
    expect(policy.get('default-src')).toEqual(["'none'"]);
    for (const name of ['script-src', 'style-src', 'img-src', 'font-src', 'connect-src']) {
      expect([name, policy.get(name)]).toEqual([name, ["'self'"]]);
    }
    for (const name of ['base-uri', 'frame-ancestors']) {
      expect([name, policy.get(name)]).toEqual([name, ["'none'"]]);
    }
    expect(policy.get('form-action')).toEqual(["'self'"]);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('referrer-policy')).toBe('same-origin');
  });
});

test('there are as many pages as the router has', () => {
  expect(paths.length).toBeGreaterThan(30);
});

test('the page itself has no script, style or handler between its lines', () => {
  const page = readFileSync(join(import.meta.dirname, '..', 'index.html'), 'utf8');
  const scripts = [...page.matchAll(/<script[^>]*>[^<]*/g)].map(([tag]) => tag);
  for (const tag of scripts) expect(tag).toMatch(/ src="[^"]+">$/);
  expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i);
});
