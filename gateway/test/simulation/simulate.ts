import { audit } from './audit.ts';
import { Checks } from './checks.ts';
import { CoreProcess } from './core.ts';
import { heal, setAhead, strike, type Fleet } from './faults.ts';
import type { Yard } from './gateway.ts';
import { Liveness } from './liveness.ts';
import { Machine, watchSpools } from './machine.ts';
import { Network, type CoreHouse } from './network.ts';
import { Random } from './random.ts';
import { RateWatch } from './rate-watch.ts';
import { bodyBytesOf, routesOf, scenarioOf, type CustomerSpec } from './scenario.ts';
import { setStage } from './stage.ts';
import { Tables } from './tables.ts';
import { Truth } from './truth.ts';
import { Upstream } from './upstream.ts';
import { withVirtualTime } from './virtual-time.ts';
import { Broken, World } from './world.ts';

export type Outcome = {
  seed: number;
  steps: number;
  virtualMs: number;
  /** Of everything that happened and when. */
  hash: string;
  /** How often what happened. */
  counts: Record<string, number>;
  failure: { message: string; step: number; trace: string[] } | null;
};

/** Time for time-outs and back-offs to pass once all is well again. */
const HEAL_MS = 45_000;
const SEAL_MS = 40_000;
const MINUTE_MS = 60_000;
const SALT = 0x5f3759df;

type Play = { fleet: Fleet; checks: Checks };

function playOf(seed: number): Play {
  const scenario = scenarioOf(seed);
  const world = new World(new Random(seed ^ SALT), scenario.startsAt);
  const tables = new Tables(world, scenario.customers);
  tables.routes.push(...routesOf(scenario));
  const house: CoreHouse = { process: null, slowMs: 0 };
  const network = new Network({ world, house, weather: scenario.weather });
  const rates = new RateWatch(world, tables.plans);
  house.process = new CoreProcess(tables, rates.drawnAt);
  const machines: Machine[] = [];
  const truth = new Truth(scenario.billable, (window) => checks.limits.get(window) ?? 0);
  const upstream = new Upstream(world, scenario, truth);
  const parts = { world, scenario, tables, network, truth, rates, upstream };
  const yard: Yard = { ...parts, unsafe: new Set(), rotten: new Set(), quietUntil: 0 };
  const checks = new Checks(yard, machines);
  scenario.gateways.forEach((of, at) => machines.push(new Machine(yard, `m${at + 1}`, of)));
  return { fleet: { yard, machines, house }, checks };
}

/** A client sends a request now, to a gateway by its weight. */
function request({ yard, machines }: Fleet): void {
  const { world, scenario, truth } = yard;
  const { random } = world;
  const weighted = scenario.gateways.flatMap(({ weight }, at) =>
    Array.from({ length: weight }, () => at),
  );
  const { process } = machines[random.pick(weighted)] as Machine;
  const spec = random.pick(scenario.customers);
  const key = random.pick(spec.keys) as CustomerSpec['keys'][number];
  const bytes = bodyBytesOf(random, spec);
  const leaves = random.chance(scenario.upstream.abort) ? random.between(0, 200) : undefined;
  if (!process?.open || world.now < yard.quietUntil) return;
  const sent = truth.open(spec, key, bytes);
  world.after(0, process, () => {
    const visit = process.arrive(sent);
    if (leaves !== undefined) world.after(leaves, process, () => visit.clientLeft());
  });
}

function traffic(fleet: Fleet, until: number): void {
  const { world, scenario } = fleet.yard;
  const { random } = world;
  // Bursts with pauses between them: steady traffic meets no edge.
  const inBurst = random.chance(0.7);
  const wait = random.exponential(scenario.requestEveryMs) * (inBurst ? 0.25 : 3.5);
  world.after(wait, null, () => {
    if (world.now >= until) return;
    request(fleet);
    traffic(fleet, until);
  });
}

/** Everybody stops; what nobody can ship any more is written off. */
function closeAll({ yard, machines }: Fleet): void {
  const { world, tables } = yard;
  for (const { process } of machines) {
    if (!process?.open || process.stopping) continue;
    world.after(0, process, () => {
      process.stop().catch((error: unknown) => world.uncaught(error));
    });
  }
  world.after(SEAL_MS - 5_000, null, () => {
    for (const { name, state } of tables.boots.values()) {
      const isLost = !machines.some((machine) => machine.owns(name));
      if (state === 'live' && isLost) tables.writeOff(name);
    }
  });
}

async function run({ fleet, checks }: Play): Promise<void> {
  const { yard, machines } = fleet;
  const { world, scenario } = yard;
  const look: Parameters<World['runUntil']>[1] = (owner) => checks.look(owner);
  const begin = world.now;
  const end = begin + scenario.lastsMs;
  for (const machine of machines) machine.start();
  traffic(fleet, end);
  for (const fault of scenario.faults) world.after(fault.at, null, () => strike(fleet, fault));
  const { coreAhead } = scenario;
  if (coreAhead) {
    world.after(coreAhead.at, null, () => setAhead(fleet, coreAhead.ms));
    world.after(coreAhead.at + coreAhead.lasts, null, () => setAhead(fleet, 0));
  }
  await world.runUntil(end, look);
  heal(fleet, HEAL_MS / 3);
  await world.runUntil(end + HEAL_MS, look);
  const liveness = new Liveness(fleet);
  liveness.lookAtClocks();
  liveness.probe();
  await world.runUntil(end + HEAL_MS + liveness.lastsMs, look);
  liveness.judge();
  closeAll(fleet);
  await world.runUntil(world.now + SEAL_MS, look);
  audit(yard, machines);
  world.count('minute turned', Math.floor(end / MINUTE_MS) - Math.floor(begin / MINUTE_MS));
}

/** One run. It never throws for a broken guarantee: that is in the outcome. */
export async function simulate(
  seed: number,
  onNote: (line: string) => void = () => {},
): Promise<Outcome> {
  const play = playOf(seed);
  const { yard, machines } = play.fleet;
  const { world, truth, network } = yard;
  world.onNote = onNote;
  const disks = {
    get: (name: string) => machines.find((machine) => machine.name === name)?.disk,
  };
  setStage({ world, network, disks, handles: new Map() });
  const unwatch = watchSpools(yard);
  let failure: Outcome['failure'] = null;
  try {
    await withVirtualTime(world, () => run(play));
  } catch (error) {
    const isOurs = error instanceof Broken;
    const text = isOurs ? error.message : String((error as Error).stack ?? error);
    failure = { message: text, step: world.steps, trace: world.tail() };
  } finally {
    unwatch();
    setStage(undefined);
    for (const { disk } of machines) disk.close();
  }
  const requests = [...truth.requests.values()];
  world.count('request', requests.length);
  world.count('request admitted', requests.filter(({ hold }) => hold !== null).length);
  const { steps, hash } = world;
  const virtualMs = world.now - world.startedAt;
  return { seed, steps, virtualMs, hash, counts: Object.fromEntries(world.counts), failure };
}
