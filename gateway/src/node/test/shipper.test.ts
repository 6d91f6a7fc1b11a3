import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  GAPS_MAX,
  type SyncAnswer,
  type SyncEnvelope,
} from '@tollgate/billing-core/contract/sync.ts';
import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { testFolder } from '../../../../scripts/test/folder.ts';
import { Tally } from '../../core/tally.ts';
import { CoreClock } from '../clock.ts';
import { SyncRefused } from '../post-sync.ts';
import { EMPTY_CARGO, Shipper } from '../shipper.ts';
import { BatchFiles } from '../spool/batches.ts';
import { storedBatch } from '../stored-batch.ts';

// What a gateway does when core asks for other batches than it would send next, or refuses one.

let dir = '';
let batches: BatchFiles;
beforeEach(() => {
  dir = join(testFolder('shipper'), 'bt');
  mkdirSync(dir);
  batches = new BatchFiles(dir, { durable: false });
});

function write(...sequences: number[]): void {
  for (const sequence of sequences) {
    const of = { sequence, firstFrame: sequence, lastFrame: sequence, watermark: 0 };
    batches.write(storedBatch(new Tally().take(), of));
  }
}

/** Core, as far as one boot goes; `refuses` says which messages it would never take. */
class Scripted extends Shipper {
  readonly heard: SyncEnvelope[] = [];
  /** Headers and bytes of the batches that were sent, as they went. */
  readonly bodies: string[] = [];
  next = 1;
  frame = 0;
  refuses: (envelope: SyncEnvelope) => boolean = () => false;

  constructor() {
    const name = { gateway: 'gw', boot: 'bt', by: 'bt', fingerprint: 'sp', version: 'test' };
    const log = pino({ level: 'silent' });
    const now = (): number => 1_000;
    const of = {
      name,
      batches,
      recovery: null,
      wallNow: now,
      random: () => 0.5,
      coreUrl: '',
      token: '',
      log,
    };
    const clock = new CoreClock(now);
    clock.learn(now(), 0, 0);
    super({ ...of, clock });
  }

  protected override post(envelope: SyncEnvelope, bytes?: Buffer): Promise<SyncAnswer> {
    this.heard.push(envelope);
    const { batch: header } = envelope;
    if (header) this.bodies.push(`${JSON.stringify(header)} ${bytes?.toString('latin1')}`);
    if (this.refuses(envelope)) return Promise.reject(new SyncRefused(400, 'no'));
    const { batch, skip, end } = envelope;
    if (skip?.first === this.next) this.next = skip.last + 1;
    const status = batch === null ? null : batch.sequence === this.next ? 'applied' : 'gap';
    if (batch && status === 'applied') {
      this.next += 1;
      this.frame = Math.max(this.frame, batch.last_frame);
    }
    if (batch && batch.sequence < this.next - 1) return this.#say('repeated', end);
    return this.#say(status, end);
  }

  #say(status: 'applied' | 'gap' | 'repeated' | null, end: SyncEnvelope['end']) {
    const answer: SyncAnswer = {
      now: 1_000,
      boot_state: end ? (end.kind === 'seal' ? 'sealed' : 'forfeited') : 'live',
      next_sequence: this.next,
      applied_frame: this.frame,
      batch: status && { status, written: 0 },
      grants: [],
      shares: [],
      as_of: '0',
    };
    return Promise.resolve(answer);
  }

  /** Sequences that were sent, in order. */
  get sent(): number[] {
    return this.heard.flatMap(({ batch }) => batch?.sequence ?? []);
  }
}

async function shipped(core: Scripted, ...sequences: number[]): Promise<void> {
  write(...sequences);
  while (batches.pending.length > 0) await core.sync(EMPTY_CARGO);
}

test('an idle gateway sends again what a restored core lacks, before anything new', async () => {
  const core = new Scripted();
  await shipped(core, 1, 2, 3, 4);
  core.next = 3;
  await core.sync(EMPTY_CARGO);
  write(5);
  while (batches.pending.length > 0) await core.sync(EMPTY_CARGO);
  expect(core.sent).toEqual([1, 2, 3, 4, 3, 4, 5]);
});

test('what a restored core lacks is sent before the end of the boot', async () => {
  const core = new Scripted();
  await shipped(core, 1, 2, 3);
  core.next = 2;
  await core.finish({ kind: 'seal', in_doubt: 0 });
  expect(core.sent).toEqual([1, 2, 3, 2, 3]);
  expect(core.heard.at(-1)?.end?.kind).toBe('seal');
});

test('what the spool no longer has is skipped by name, and the rest is sent', async () => {
  const core = new Scripted();
  await shipped(core, 1, 2, 3, 4);
  for (const name of readdirSync(dir)) if (/-0*[12]-/.test(name)) rmSync(join(dir, name));
  batches = new BatchFiles(dir, { durable: false });
  const later = new Scripted();
  await later.finish({ kind: 'seal', in_doubt: 0 });
  expect(later.heard.find(({ skip }) => skip)?.skip).toEqual({ first: 1, last: 2 });
  expect(later.sent).toEqual([3, 4]);
  expect(later.next).toBe(5);
});

test('with nothing left to send, core is told what is gone all the same', async () => {
  const core = new Scripted();
  await shipped(core, 1, 2);
  batches.quarantine(2);
  batches.quarantine(1);
  core.next = 1;
  await core.sync(EMPTY_CARGO);
  await core.sync(EMPTY_CARGO);
  expect(core.next).toBe(3);
});

test('an older state of a spool gives nothing back, and says that it is one', async () => {
  const core = new Scripted();
  write(1, 2);
  // The process that was lost with the newer state had shipped more.
  Object.assign(core, { next: 9, frame: 8 });
  await core.finish({ kind: 'seal', in_doubt: 0 });
  expect(core.heard.flatMap(({ gaps }) => gaps)).toEqual([
    { reason: 'older_spool', first_frame: 9, last_frame: null },
  ]);
  expect(core.heard.at(-1)?.end?.kind).toBe('forfeit');
});

const tries = async (core: Shipper, times: number): Promise<void> => {
  for (let at = 0; at < times; at++) await core.sync(EMPTY_CARGO).catch(() => {});
};

test('a batch that core refuses by itself is put aside and named; the next one goes', async () => {
  const core = new Scripted();
  write(1, 2, 3);
  core.refuses = ({ batch }) => batch?.sequence === 2;
  await tries(core, 10);
  expect(core.next).toBe(4);
  expect(batches.pending).toEqual([]);
  expect(readdirSync(dir).filter((name) => name.startsWith('quarantined'))).toHaveLength(1);
  expect(core.heard.flatMap(({ gaps }) => gaps)).toEqual([
    { reason: 'refused_batch_2', first_frame: 2, last_frame: 2 },
  ]);
});

test('a core that refuses everything costs no batch: they go when it does not', async () => {
  const core = new Scripted();
  write(1, 2);
  core.refuses = () => true;
  await tries(core, 20);
  core.refuses = () => false;
  await tries(core, 2);
  expect(core.next).toBe(3);
  expect(core.heard.flatMap(({ gaps }) => gaps)).toEqual([]);
});

test('what is refused for what goes beside it costs no batch either', async () => {
  const core = new Scripted();
  write(1);
  core.refuses = ({ leases }) => leases.length > 0;
  const bad = { ...EMPTY_CARGO, leases: [{ window: 'w', generation: 0, wanted: 1, returned: 0 }] };
  for (let at = 0; at < 3; at++) await core.sync(bad).catch(() => {});
  expect(core.next).toBe(2);
  expect(batches.pending).toEqual([]);
});

test('where there are more gaps than a message takes, no word passes those that wait', async () => {
  const core = new Scripted();
  write(1);
  for (let at = 1; at <= GAPS_MAX + 50; at++) {
    core.report({ reason: 'unrecorded_requests', first_frame: at, last_frame: at });
  }
  for (let times = 0; times < 2; times++) await core.sync({ ...EMPTY_CARGO, watermark: 5 });
  const said = core.heard.map(({ gaps, batch, watermark }) => [
    gaps.length,
    batch !== null,
    watermark,
  ]);
  expect(said).toEqual([
    [GAPS_MAX, false, null],
    [50, true, 5],
  ]);
});

test('a batch that is sent again is the same byte for byte, also by the next process', async () => {
  write(1);
  const core = new Scripted();
  core.refuses = () => true;
  for (let times = 0; times < 2; times++) await core.sync(EMPTY_CARGO).catch(() => {});
  batches = new BatchFiles(dir, { durable: false });
  const next = new Scripted();
  await next.sync(EMPTY_CARGO);
  const [first, ...again] = [...core.bodies, ...next.bodies];
  expect(again).toEqual([first, first]);
});
