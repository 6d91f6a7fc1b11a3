import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Gateway } from './rig/gateway.ts';
import { Rig } from './rig/rig.ts';
import { Trial } from './rig/trial.ts';
import { patience, report, sized } from './size.ts';

vi.setConfig({ testTimeout: patience() });

const KILLS = sized(4, 50);
const BETWEEN = sized(200, 1_000);
const CLIENTS = 16;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open({ gateways: 2 });
});
afterAll(() => rig.close());

/** Kills these gateways in turn under load, and starts each again on its spool. */
async function killInTurn(trial: Trial, gateways: readonly Gateway[], kills: number) {
  const load = await trial.load({ clients: CLIENTS, weights: weightsOf(trial, gateways) });
  for (let kill = 0; kill < kills; kill++) {
    const gateway = gateways[kill % gateways.length]!;
    await load.more(BETWEEN);
    await trial.kill(gateway.at);
    await gateway.part.start();
  }
}

const weightsOf = ({ rig: { gateways } }: Trial, those: readonly Gateway[]): number[] =>
  gateways.map((gateway) => (those.includes(gateway) ? 1 : 0));

test('gateways killed again and again under load lose nothing and invent nothing', async () => {
  const trial = await Trial.begin(rig);
  await trial.customer();
  await killInTurn(trial, rig.gateways, KILLS);
  const { findings, figures } = await trial.verdict();
  expect(findings).toEqual([]);
  const { complete, recorded, extra, inFlight } = figures;
  report(
    `${KILLS} kills; ${complete} answers arrived whole, ${recorded} recorded, ` +
      `${extra} of ${inFlight} in flight recorded without`,
  );
});

test('without the write of the spool a kill is seen to lose', async () => {
  const gateway = await rig.addGateway({ without: 'the write of the spool' });
  await gateway.part.start();
  const trial = await Trial.begin(rig);
  await trial.customer();
  await killInTurn(trial, [gateway], 1);
  const { findings } = await trial.verdict();
  expect(findings.map(({ kind }) => kind)).toContain('lost');
});
