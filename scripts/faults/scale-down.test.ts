import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Rig } from './rig/rig.ts';
import { Trial } from './rig/trial.ts';
import { patience, report, sized } from './size.ts';

// Gateways that are told to go, as when there are too many of them.

vi.setConfig({ testTimeout: patience() });

const ROUNDS = sized(1, 20);
const LIMIT = 400;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open({ gateways: 2 });
});
afterAll(() => rig.close());

describe('a gateway that is told to stop under load', () => {
  test('tears no answer, leaves nothing to be sent, and gives back what it holds', async () => {
    const trial = await Trial.begin(rig);
    const { id } = await trial.customer({ quota: { limit: LIMIT * ROUNDS } });
    const leaving = rig.gateway(1);
    for (let round = 0; round < ROUNDS; round++) {
      const load = await trial.load({ clients: 4 });
      await load.more(50);
      expect(await leaving.part.end('SIGTERM')).toBe(0);
      expect(leaving.openBoots).toEqual([]);
      await load.more(50);
      await trial.stopLoads();
      await leaving.part.start();
    }
    // All that is left of the limit is for the others: nothing was taken along.
    await leaving.part.end('SIGTERM');
    const rest = await trial.load({ clients: 4 });
    const answers = await rig.sql<{ lent: number }[]>`
      select lent::float8 as lent from quota_windows where customer_id = ${id}`;
    expect(answers[0]?.lent).toBeLessThanOrEqual(LIMIT * ROUNDS);
    await rest.until(({ refused }) => refused > 20);
    const { findings, figures } = await trial.verdict();
    await leaving.part.start();
    expect(findings).toEqual([]);
    expect(trial.asked.filter(({ sent, complete }) => sent && !complete)).toEqual([]);
    const ok = trial.served.filter(({ status }) => status === 200).length;
    expect(ok).toBe(LIMIT * ROUNDS);
    report(`${figures.recorded} recorded, all ${ok} of the limit used`);
  });
});

describe('a gateway that is told to stop while billing-core is away', () => {
  let trial: Trial;
  let broken: Trial;
  let codes: (number | null)[];
  let left: number[];

  beforeAll(async () => {
    const without = await rig.addGateway({ without: 'the spool' });
    await without.part.start();
    [trial, broken] = [await loadOn(1), await loadOn(without.at)];
    await rig.core.end('SIGKILL');
    await Promise.all([trial, broken].map((each) => each.loads[0]?.more(sized(100, 2_000))));
    const leaving = [rig.gateway(1), without];
    codes = await Promise.all(leaving.map(({ part }) => part.end('SIGTERM')));
    for (const each of [trial, broken]) await each.stopLoads();
    left = leaving.map(({ openBoots }) => openBoots.length);
    await rig.core.start();
    await Promise.all(leaving.map(({ part }) => part.start()));
  }, patience());

  /** A load on this gateway alone. */
  async function loadOn(at: number): Promise<Trial> {
    const begun = await Trial.begin(rig);
    await begun.customer();
    const load = await begun.load({ weights: rig.gateways.map((each) => Number(each.at === at)) });
    await load.more(50);
    return begun;
  }

  test('leaves its usage in the spool, from which the next start sends it', async () => {
    expect({ codes, left }).toEqual({ codes: [0, 0], left: [1, 1] });
    const { findings, figures } = await trial.verdict();
    // The one without a spool says in the same books what core has more than it, and what is gone.
    const said = ['gap: older_spool', 'gap: missing_frames'];
    expect(findings.filter(({ detail }) => !said.includes(detail))).toEqual([]);
    expect(figures.recorded).toBe(figures.complete);
    report(`${figures.complete} arrived whole, ${figures.recorded} recorded`);
  });

  test('is seen to lose when it has no spool', async () => {
    const { findings } = await broken.verdict();
    expect(findings.map(({ kind }) => kind)).toContain('lost');
  });
});
