import { parseItem, parseList } from 'structured-headers';
import { describe, expect, it } from 'vitest';
import { limitFields, retryAfter } from '../src/core/limit-fields.ts';
import { refusalAnswer } from '../src/core/problem.ts';

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
