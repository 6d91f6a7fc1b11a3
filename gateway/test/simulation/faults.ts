import { CoreProcess } from './core.ts';
import type { Yard } from './gateway.ts';
import type { Machine } from './machine.ts';
import type { CoreHouse } from './network.ts';
import type { Fault, FaultKind, Plan } from './scenario.ts';
import { bootName } from './tables.ts';

export type Fleet = { yard: Yard; machines: Machine[]; house: CoreHouse };
/** False when there was nothing for it to strike. */
type Strike = (fleet: Fleet, machine: Machine, fault: Fault) => boolean;

const CORE_AWAY_MAX_MS = 25_000;
const LULL_MAX_MS = 100_000;

const later = ({ yard }: Fleet, ms: number, run: () => void): void => {
  yard.world.after(ms, null, run);
};

function changePlan({ yard }: Fleet): boolean {
  const { world, tables, rates, scenario } = yard;
  const { random } = world;
  const spec = random.pick(scenario.customers);
  const { quotas, rate } = tables.plans.get(spec.id) as Plan;
  const factor = random.pick([0, 0.2, 0.5, 2, 4]);
  const faster = random.pick([0.5, 1, 2]);
  const plan = {
    quotas: quotas.map((quota) => ({ ...quota, limit: Math.floor(quota.limit * factor) })),
    rate: rate && {
      ...rate,
      rate_per_second: rate.rate_per_second * faster,
      burst: Math.max(1, Math.floor(rate.burst * faster)),
    },
  };
  world.note(`plan of ${spec.id}: limits ${plan.quotas.map(({ limit }) => limit)}`);
  world.count(factor < 1 ? 'downgrade' : 'upgrade');
  rates.planned(spec.id, plan);
  tables.setPlan(spec.id, plan);
  return true;
}

function revoke({ yard }: Fleet): boolean {
  const { world, tables, scenario } = yard;
  // Only the second key: somebody has to go on asking.
  tables.revoke(world.random.pick(scenario.customers).keys[1]?.id as string);
  return true;
}

/** Stops as a scale-down would: what is open may end, then the seal. */
function restart(fleet: Fleet, machine: Machine, lasts: number): boolean {
  const { process } = machine;
  if (!process?.open || process.stopping) return false;
  const { world } = fleet.yard;
  world.note(`${process.name} is told to stop`);
  world.after(0, process, () => {
    const closed = (ended: boolean): void => {
      if (!process.alive) return;
      world.note(`${process.name} has stopped, ended: ${ended}`);
      machine.stopped(process);
      later(fleet, lasts, () => machine.start());
    };
    process.stop().then(closed, (error: unknown) => world.uncaught(error));
  });
  return true;
}

/** An admin takes a gateway that was away for long for lost; its spool may turn up after all. */
function writeOffSoon({ yard }: Fleet, boots: readonly string[], ms: number): void {
  yard.world.after(ms, null, () => {
    for (const boot of boots) {
      if (yard.tables.writeOff(boot)) yard.world.count('boot written off');
    }
    yard.world.note(`admin writes off ${boots.join(' ')}`);
  });
}

function crash(fleet: Fleet, machine: Machine, lasts: number): boolean {
  const { process } = machine;
  if (!process?.open) return false;
  fleet.yard.world.count('request under way at a kill', process.visits.size);
  process.kill();
  later(fleet, lasts, () => machine.start());
  return true;
}

function startCore({ yard, house }: Fleet): void {
  if (house.process) return;
  house.process = new CoreProcess(yard.tables, yard.rates.drawnAt);
  yard.world.note('core is up again');
}

const STRIKES: Record<FaultKind, Strike> = {
  crash: (fleet, machine, { lasts }) => crash(fleet, machine, lasts),
  // At one of its next operations on the disk: between two of them, or in the midst of one.
  crash_on_disk: (fleet, machine, { lasts }) => {
    const { process } = machine;
    if (!process) return false;
    process.operationsLeft = fleet.yard.world.random.int(1, 60);
    later(fleet, lasts, () => machine.start());
    return true;
  },
  restart: (fleet, machine, { lasts }) => restart(fleet, machine, lasts),
  power_cut: (fleet, machine, { lasts }) => {
    machine.cutPower();
    later(fleet, lasts, () => machine.start());
    return true;
  },
  disk_loss: (fleet, machine, { lasts }) => {
    const lost = machine.loseDisk();
    later(fleet, lasts, () => machine.start());
    writeOffSoon(fleet, lost, lasts * 2);
    return true;
  },
  disk_full: (fleet, machine, { lasts }) => {
    const { disk } = machine;
    disk.freeBytes = fleet.yard.world.random.int(0, 2_000);
    later(fleet, Math.min(lasts, CORE_AWAY_MAX_MS), () => {
      disk.freeBytes = Number.POSITIVE_INFINITY;
    });
    return true;
  },
  sync_error: (_, { disk }) => {
    disk.failingSyncs = 1;
    return true;
  },
  bit_rot: (_, machine) => machine.rot(),
  partition: (fleet, machine, { lasts }) => {
    fleet.yard.network.cut.add(machine.name);
    later(fleet, lasts, () => fleet.yard.network.cut.delete(machine.name));
    return true;
  },
  slow_core: (fleet, _, { lasts }) => {
    fleet.house.slowMs = fleet.yard.world.random.pick([300, 4_000, 12_000]);
    later(fleet, lasts, () => {
      fleet.house.slowMs = 0;
    });
    return true;
  },
  core_restart: (fleet, _, { lasts }) => {
    const { process } = fleet.house;
    if (!process) return false;
    process.kill();
    fleet.house.process = null;
    fleet.yard.network.reset();
    later(fleet, Math.min(lasts, CORE_AWAY_MAX_MS), () => startCore(fleet));
    return true;
  },
  plan_change: (fleet) => changePlan(fleet),
  revocation: (fleet) => revoke(fleet),
  clock_jump: ({ yard }, machine) => {
    machine.wallAheadMs += yard.world.random.pick([-3_600_000, -900, 900, 10_000]);
    return true;
  },
  // SIGSTOP: its timers are late, and clocks go on.
  freeze: ({ yard }, { process }, { lasts }) => {
    const { world, scenario } = yard;
    const until = Math.min(world.now + lasts, world.startedAt + scenario.lastsMs);
    if (process) process.frozenUntil = Math.max(process.frozenUntil, until);
    return process !== null;
  },
  // The whole machine stands still, and a monotonic clock does not count that.
  suspend: ({ yard }, { process }, { lasts }) => {
    const { world, scenario } = yard;
    const until = Math.min(world.now + lasts, world.startedAt + scenario.lastsMs);
    if (!process || until <= world.now) return false;
    process.frozenUntil = Math.max(process.frozenUntil, until);
    process.suspendedAt ??= world.now;
    return true;
  },
  write_off: (fleet, machine, { lasts }) => {
    const boot = machine.process?.open && bootName(machine.process.open);
    if (!boot || !crash(fleet, machine, lasts)) return false;
    writeOffSoon(fleet, [boot], lasts / 2);
    return true;
  },
  // Of several cores the one that divided rates is gone; some time later another one does.
  desk_away: (fleet, _, { lasts }) => {
    const process = fleet.house.process as CoreProcess | null;
    process?.loseDesk();
    later(fleet, Math.min(lasts, CORE_AWAY_MAX_MS), () => process?.takeDesk());
    return process !== null;
  },
  // Tills that hold nothing any more are forgotten by the sweep; then traffic comes back.
  lull: ({ yard }, _, { lasts }) => {
    yard.quietUntil = yard.world.now + Math.min(lasts, LULL_MAX_MS);
    return true;
  },
};

export function strike(fleet: Fleet, fault: Fault): void {
  const { world } = fleet.yard;
  const machine = world.random.pick(fleet.machines);
  const struck = STRIKES[fault.kind](fleet, machine, fault);
  const lasts = Math.round(fault.lasts);
  if (struck) world.count(`fault ${fault.kind}`);
  world.note(`fault ${fault.kind} at ${machine.name} for ${lasts} ms${struck ? '' : ': nothing'}`);
}

/** Core's clock steps ahead, and back to what is right. */
export function setAhead({ yard }: Fleet, ms: number): void {
  const { world, tables } = yard;
  if (tables.aheadMs === ms) return;
  tables.aheadMs = ms;
  world.count(ms > 0 ? "core's clock ahead" : "core's clock set back");
  world.note(`core's clock is ${ms} ms ahead`);
}

/** Everything is well again: the network, core, disks, and every machine has a gateway. */
export function heal(fleet: Fleet, restartsMs: number): void {
  const { yard, machines, house } = fleet;
  const { world, network } = yard;
  world.note('all is well again');
  setAhead(fleet, 0);
  network.cut.clear();
  network.weather = { latencyMs: 1, jitterMs: 1, lost: 0, doubled: 0, late: 0, failing: 0 };
  house.slowMs = 0;
  startCore(fleet);
  for (const machine of machines) {
    machine.disk.freeBytes = Number.POSITIVE_INFINITY;
    machine.disk.failingSyncs = 0;
    if (machine.process) machine.process.operationsLeft = Number.POSITIVE_INFINITY;
    machine.start();
    // A gateway that is just stopping leaves its machine free a moment later.
    world.after(restartsMs, null, () => machine.start());
  }
}
