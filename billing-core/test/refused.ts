import { expect } from 'vitest';
import type { Problem } from '../src/contract/problem.ts';
import type { Answer, Surface } from './surface.ts';
import { footprint } from './surface.ts';

/** A request that must be refused: what it gets back, and which field is named. */
export type Refused = {
  name: string;
  method: string;
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  status: number;
  code: string;
  at?: string;
};

/** The request is answered by a problem as documented, and nothing at all was written. */
export async function expectRefused(surface: Surface, refused: Refused): Promise<Answer<Problem>> {
  const before = await footprint(surface);
  const answer = await surface.send(refused.method, refused.path, refused.body, refused.headers);
  expect({ status: answer.status, code: answer.body?.code }).toEqual({
    status: refused.status,
    code: refused.code,
  });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.body.request_id).toMatch(/^req_/);
  if (refused.at !== undefined) {
    expect(answer.body.errors?.map((error) => error.path)).toContain(refused.at);
  }
  expect(await footprint(surface)).toEqual(before);
  return answer;
}

export const invalid = { status: 400, code: 'invalid_request' } as const;

/** Bodies that no endpoint takes, whatever its fields are. */
export const NO_BODIES: {
  name: string;
  body: unknown;
  headers?: Record<string, string>;
  refusal: Pick<Refused, 'status' | 'code'>;
}[] = [
  { name: 'an array', body: [], refusal: invalid },
  { name: 'a string', body: '"x"', refusal: invalid },
  { name: 'null', body: 'null', refusal: invalid },
  { name: 'nothing', body: undefined, refusal: { status: 400, code: 'malformed_json' } },
  {
    name: 'nothing of no type',
    body: undefined,
    headers: { 'content-type': '' },
    refusal: invalid,
  },
  { name: 'an unknown field', body: { surprise: 1 }, refusal: invalid },
  { name: 'cut JSON', body: '{"name":', refusal: { status: 400, code: 'malformed_json' } },
  {
    name: 'bad UTF-8',
    body: Uint8Array.of(0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d),
    refusal: { status: 400, code: 'malformed_json' },
  },
  {
    name: 'another content type',
    body: 'name=x',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    refusal: { status: 415, code: 'unsupported_media_type' },
  },
  {
    name: 'more than 64 KiB',
    body: { name: 'x'.repeat(70_000) },
    refusal: { status: 413, code: 'payload_too_large' },
  },
];
