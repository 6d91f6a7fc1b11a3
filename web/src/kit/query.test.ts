import { expect, test } from 'vitest';
import { ApiError } from './api-error.ts';
import { onceKnown, shallRetry } from './query.tsx';

const failure = (status: number, code: string): ApiError =>
  new ApiError({ status, code, title: code });

function attempts(error: unknown): number {
  let made = 1;
  while (shallRetry(made - 1, error)) made += 1;
  return made;
}

test('a late answer is asked for once more, a broken one twice, a refusal never', () => {
  expect(attempts(failure(0, 'timeout'))).toBe(2);
  expect(attempts(failure(0, 'network'))).toBe(3);
  expect(attempts(failure(503, 'unavailable'))).toBe(3);
  expect(attempts(failure(404, 'not_found'))).toBe(1);
  expect(attempts(new Error('a fault of ours'))).toBe(1);
});

test('what never came is not asked for behind the error that says so', () => {
  const every = onceKnown(30_000);
  expect(every({ state: { data: undefined } })).toBe(false);
  expect(every({ state: { data: [] } })).toBe(30_000);
});
