import { afterEach, expect, test } from 'vitest';
import { invoiceText } from '../../src/documents/layout.ts';
import { pdfOf } from '../../src/documents/pdf.ts';
import { Press } from '../../src/documents/press.ts';
import { monthInvoice } from './sample.ts';

let press: Press;
afterEach(() => press.stop());

const text = (number: string) => ({ ...invoiceText(monthInvoice(), []), number });
/** A worker that is this. */
const worker = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);
const SLEEPS = worker(`
  import { parentPort } from 'node:worker_threads';
  parentPort.on('message', (text) => {
    if (text.number === 'never') while (true);
    if (text.number === 'dies') process.exit(3);
    if (text.number === 'fails') return parentPort.postMessage({ said: 'no such glyph' });
    parentPort.postMessage({ bytes: new TextEncoder().encode(text.number) });
  });`);
const words = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test('a PDF is made apart: what else is to be done goes on meanwhile', async () => {
  press = new Press();
  let turns = 0;
  let isDone = false;
  const made = press.print(text('INV-1')).finally(() => (isDone = true));
  while (!isDone) {
    await new Promise(setImmediate);
    turns += 1;
  }
  // Setting it here would leave a handful of turns of the event loop.
  expect(turns).toBeGreaterThan(100);
  expect(Buffer.from(await made).equals(Buffer.from(await pdfOf(text('INV-1'))))).toBe(true);
  expect(await press.print(text('INV-1'))).toBe(await made);
}, 30_000);

test('so many wait, and one more is told to come again', async () => {
  press = new Press({ worker: SLEEPS, waitingMax: 2 });
  const three = ['1', '2', '3'].map((number) => press.print(text(number)));
  await expect(press.print(text('4'))).rejects.toMatchObject({
    ...{ code: 'unavailable', status: 503, retryAfter: 5 },
  });
  expect((await Promise.all(three)).map(words)).toEqual(['1', '2', '3']);
});

test.each([
  ['takes too long', 'never', { code: 'unavailable' }],
  ['kills its thread', 'dies', { message: 'its thread ended with 3' }],
  ['cannot be made', 'fails', { message: 'a document cannot be made: no such glyph' }],
])('one that %s fails, and those behind it do not', async (_what, number, error) => {
  press = new Press({ worker: SLEEPS, printMs: 1_000 });
  const [bad, good] = [press.print(text(number)), press.print(text('good'))];
  await expect(bad).rejects.toMatchObject(error);
  expect(words(await good)).toBe('good');
});

test('what is asked for when it stops fails at once', async () => {
  press = new Press({ worker: SLEEPS });
  const all = [press.print(text('never')), press.print(text('next'))];
  press.stop();
  const ends = await Promise.allSettled(all);
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
