import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { DocumentText } from '../../src/documents/layout.ts';
import { Press, PressFull } from '../../src/documents/press.ts';
import { Fault } from '../../src/kit/fault.ts';
import { archiveOf } from '../../src/personal/archive.ts';
import { openRig, type Rig } from '../stripe/rig.ts';
import { fullCustomer, type Full } from './full-customer.ts';

// Documents as PDF in an archive, when the press cannot make one, or not at once.

let rig: Rig;
let ann: Full;
const presses: Press[] = [];
beforeAll(async () => {
  rig = await openRig('export-press');
  ann = await fullCustomer(rig, 'Annsmark');
});
afterEach(() => {
  for (const press of presses.splice(0)) press.stop();
});
afterAll(() => rig.close());

/** A press that answers so at first, by tries, and prints then. */
class Moody extends Press {
  asked = 0;
  readonly #moods: Error[];
  constructor(moods: Error[]) {
    super();
    this.#moods = moods;
    presses.push(this);
  }
  override print(text: DocumentText): ReturnType<Press['print']> {
    const mood = this.#moods[this.asked];
    this.asked += 1;
    return mood === undefined ? super.print(text) : Promise.reject(mood);
  }
}

/** The archive read to its end. Out: why there is no end, or how long it is. */
async function read(press: Press): Promise<unknown> {
  const customer = { id: ann.id, name: 'Ann' };
  const { stream, ended } = archiveOf(rig.core.sql, { customer, ledger: false, press, now: 0 });
  const taken = new Response(stream).arrayBuffer().catch((error: Error) => error.message);
  await ended.catch(() => {});
  const got = await taken;
  return typeof got === 'string' ? got : got.byteLength;
}

test('one that takes too long is tried once, and no archive looks whole without it', async () => {
  const press = new Moody([new Fault('unavailable', { detail: 'It takes too long' })]);
  expect(await read(press)).toBe('It takes too long');
  expect(press.asked).toBe(1);
});

test('one that the press has no room for comes when it has', async () => {
  const press = new Moody([new PressFull()]);
  expect(await read(press)).toBeGreaterThan(1_000);
  expect(press.asked).toBe(3);
});
