import { beforeEach, describe, expect, it } from 'vitest';
import { readSubnets } from '../src/core/address.ts';
import type { Resolve } from '../src/node/upstream-address.ts';
import { useRigs } from './raw-client.ts';
import { KEY, type Rig, routeFact } from './rig.ts';

/** Server-side request forgery: who writes a route, or its DNS, reaches public addresses only. */

const { rigOf } = useRigs();
let reached = 0;
let told: string[] = [];
beforeEach(() => {
  reached = 0;
  told = [];
});

const resolving =
  (...answers: string[][]): Resolve =>
  (_name, _options, done) => {
    const found = (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
    const family = (address: string): number => (address.includes(':') ? 6 : 4);
    done(
      null,
      found.map((address) => ({ address, family: family(address) })),
    );
  };

/** A gateway whose route leads to this host, at the port of a loopback server. */
function leading(host: string, allow: string, resolve?: Resolve): Promise<Rig> {
  return rigOf({
    routes: (url) => [routeFact({ upstream_url: url.replace('127.0.0.1', host) })],
    upstream: (_request, response) => {
      reached += 1;
      response.setHeader('connection', 'close').end('hello');
    },
    upstreams: {
      allowed: readSubnets(allow) ?? [],
      onRefused: ({ address }) => told.push(address),
      ...(resolve && { resolve }),
    },
  });
}

const ask = async (rig: Rig): Promise<string> => {
  const answer = await fetch(rig.url, { headers: { 'x-api-key': KEY } });
  return `${answer.status} ${((await answer.text()).match(/"code":"(\w+)"/) ?? [])[1] ?? ''}`;
};

describe('a private address is not connected to', () => {
  it.each([
    ['127.0.0.1'],
    ['127.1'],
    ['2130706433'],
    ['0x7f.1'],
    ['0177.0.0.1'],
    ['[::ffff:127.0.0.1]'],
    ['[::ffff:7f00:1]'],
    ['0.0.0.0'],
    ['[::]'],
    ['localhost'],
  ])('written as %s', async (host) => {
    const rig = await leading(host, '');
    expect(await ask(rig)).toBe('502 upstream_error');
    expect(await rig.metering.only()).toMatchObject({ outcome: 'upstream_error' });
    expect(reached).toBe(0);
    expect(told).toHaveLength(1);
  });

  it('the log says so once, and which, until the routes change', async () => {
    const rig = await leading('127.0.0.1', '10.0.0.0/8');
    for (let i = 0; i < 3; i++) expect(await ask(rig)).toBe('502 upstream_error');
    expect(told).toEqual(['127.0.0.1']);
    rig.host.upstreams.keep([]);
    await ask(rig);
    expect(told).toEqual(['127.0.0.1', '127.0.0.1']);
  });

  it('with a name whose address is one', async () => {
    const rig = await leading('evil.test', '', resolving(['127.0.0.1', '::1']));
    expect(await ask(rig)).toBe('502 upstream_error');
    expect(reached).toBe(0);
  });
});

describe('what is allowed is reached', () => {
  it.each([['127.0.0.1'], ['127.1'], ['[::ffff:127.0.0.1]']])('%s', async (host) => {
    const rig = await leading(host, '127.0.0.1/32');
    expect(await ask(rig)).toBe('200 ');
  });

  it('of a name with several addresses only those are tried', async () => {
    const rig = await leading(
      'mixed.test',
      '127.0.0.1',
      resolving(['10.255.255.1', '::1', '127.0.0.1']),
    );
    expect(await ask(rig)).toBe('200 ');
    expect(reached).toBe(1);
  });

  it('of a name that changes its mind each answer is judged, and then used', async () => {
    const resolve = resolving(['127.0.0.1'], ['127.0.0.9'], ['127.0.0.1']);
    const rig = await leading('rebinding.test', '127.0.0.1', resolve);
    expect(await ask(rig)).toBe('200 ');
    expect(await ask(rig)).toBe('502 upstream_error');
    expect(await ask(rig)).toBe('200 ');
    expect(told).toEqual(['127.0.0.9']);
    expect(reached).toBe(2);
  });
});
