import { parseItem, parseList } from 'structured-headers';
import { describe, expect, it } from 'vitest';
import { joinLimits, limitFields, retryAfter } from '../src/core/limit-fields.ts';
import { refusalAnswer } from '../src/core/problem.ts';
import { head, useRigs } from './raw-client.ts';

const { rigOf, clientOf } = useRigs();

describe("an upstream's own limits", () => {
  const burst = { name: 'burst', quota: 100, windowS: 60, remaining: 49, resetS: 30 };
  const ours = [...limitFields([burst]), 'X-Request-Id', 'req_1'];
  const POLICY = '"burst";q=100;w=60';
  const STATE = '"burst";r=49;t=30';
  const joined = (...theirs: string[]): string[] => joinLimits(theirs, ours);

  it('follow ours as members of the same lists', () => {
    const theirs = [
      'ratelimit-policy',
      '"day";q=5;w=86400',
      'RateLimit',
      '"day";r=1;t=9;pk=:AQ==:',
    ];
    expect(joined('X-A', 'b', ...theirs)).toEqual([
      ...['X-A', 'b', 'RateLimit-Policy', `${POLICY}, "day";q=5;w=86400`],
      ...['RateLimit', `${STATE}, "day";r=1;t=9;pk=:AQ==:`, 'X-Request-Id', 'req_1'],
    ]);
  });

  it('by a name of ours are left out, alone', () => {
    expect(joined('RateLimit', '"burst";r=9000', 'ratelimit', '"day";r=1, "burst";r=8')).toEqual([
      ...['RateLimit-Policy', POLICY, 'RateLimit', `${STATE}, "day";r=1`],
      ...['X-Request-Id', 'req_1'],
    ]);
  });

  it.each(['limit=100, remaining=5', '100;w=60', '"open', '("a" "b");q=1', 'day;q=1', ''])(
    'that no client could read (%s) do not make ours unreadable',
    (field) => expect(joined('RateLimit-Policy', field, 'RateLimit', field)).toEqual(ours),
  );

  it('stand as they are where the gateway tells of none', () => {
    const theirs = ['RateLimit', 'limit=100, remaining=5'];
    expect(joinLimits(theirs, ['X-Request-Id', 'req_1'])).toEqual([...theirs, ...ours.slice(-2)]);
  });

  it('reach the client in one field of each name', async () => {
    const rig = await rigOf({
      limits: [burst],
      upstream: (_request, response) => {
        response
          .writeHead(200, ['RateLimit-Policy', '"burst";q=9', 'RateLimit', '"day";r=1'])
          .end();
      },
    });
    const text = await clientOf(rig)
      .send(head('GET /'))
      .until(/\r\n\r\n/);
    expect(text.match(/ratelimit.*/gi)).toEqual([
      `RateLimit-Policy: ${POLICY}`,
      `RateLimit: ${STATE}, "day";r=1`,
    ]);
  });
});

describe('RateLimit fields', () => {
  const limits = [
    { name: 'burst', quota: 100, windowS: 60, remaining: 49.7, resetS: 29.2 },
    { name: 'month "x"', quota: 10_000, windowS: 2_592_000, remaining: -3, resetS: 86_400 },
  ];
  it('are structured fields', () => {
    const [, policy, , state] = limitFields(limits);
    expect(policy).toBe('"burst";q=100;w=60, "month \\"x\\"";q=10000;w=2592000');
    expect(state).toBe('"burst";r=49;t=30, "month \\"x\\"";r=0;t=86400');
    for (const field of [policy!, state!]) expect(parseList(field)).toHaveLength(2);
    expect(limitFields([])).toEqual([]);
  });

  it('stay parsable at the edges of numbers', () => {
    const edge = {
      name: 'e',
      quota: Number.MAX_SAFE_INTEGER,
      windowS: 0.2,
      remaining: 1e20,
      resetS: Infinity,
    };
    for (const field of [1, 3]) expect(() => parseItem(limitFields([edge])[field]!)).not.toThrow();
  });

  it('Retry-After is never earlier than the reset of what refused', () => {
    expect(retryAfter(1, ['burst'], limits)).toEqual(['Retry-After', '30']);
    expect(retryAfter(40, ['burst'], limits)).toEqual(['Retry-After', '40']);
    expect(retryAfter(0.2, [], limits)).toEqual(['Retry-After', '1']);
    expect(retryAfter(undefined, [], limits)).toEqual([]);
  });

  it('a refusal by limit is a quota-exceeded problem that names the policies', () => {
    const refusal = { reason: 'rate_limited', retryAfterS: 1, violated: ['burst'] } as const;
    const answer = refusalAnswer(refusal, 'req_9', limits);
    expect(answer.status).toBe(429);
    expect(JSON.parse(answer.body)).toMatchObject({
      type: expect.stringMatching(/quota-exceeded$/),
      title: 'Too Many Requests',
      status: 429,
      code: 'rate_limited',
      request_id: 'req_9',
      'violated-policies': ['burst'],
    });
    expect(answer.headers).toContain('RateLimit');
  });
});
