import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { currentTrace, type CurrentTrace, inTrace, traceNow } from './current-trace.ts';

const trace = (traceId: string): CurrentTrace => ({
  traceId,
  spanId: 's',
  context: {},
  isOver: false,
});

test('lines of the log name the request that they are about, also of two at once', async () => {
  const said = async (traceId: string) =>
    inTrace(trace(traceId), async () => {
      await turn();
      return traceNow();
    });
  expect(await Promise.all([said('a'), said('b')])).toEqual([
    { trace_id: 'a', span_id: 's' },
    { trace_id: 'b', span_id: 's' },
  ]);
  expect(traceNow()).toEqual({});
});

test('what a request was the first to start is nothing of it once it was answered', async () => {
  const one = trace('a');
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  const loop = inTrace(one, async () => {
    const before = currentTrace();
    await answered;
    return [before, currentTrace()];
  });
  one.isOver = true;
  answer();
  expect(await loop).toEqual([one, undefined]);
});
