import { available, type Lease } from '../../src/core/lease.ts';
import type { GatewayProcess, Yard } from './gateway.ts';
import type { Machine } from './machine.ts';
import { WATERMARK_INFINITE, type WindowRow } from './tables.ts';
import type { Written } from './truth.ts';
import { Broken, type Owner } from './world.ts';

/** Looks at the whole world after each step, at what the step can have changed. */
export class Checks {
  readonly #yard: Yard;
  readonly #machines: readonly Machine[];
  /** What a boot had spent of a window when this lease of it was opened. */
  readonly #spentBefore = new WeakMap<Lease, number>();
  /** Units lent of each window when it was last looked at. */
  readonly #lent = new Map<string, number>();
  /** The highest limit under which something of a window was lent. */
  readonly limits = new Map<string, number>();

  constructor(yard: Yard, machines: readonly Machine[]) {
    this.#yard = yard;
    this.#machines = machines;
  }

  look(owner: Owner | null): void {
    const processes = this.#running();
    const acted = processes.find((process) => process === owner);
    if (acted) {
      acted.lastRanAt = this.#yard.world.now;
      this.#lookAtTills(acted);
    }
    const { touched, windows } = this.#yard.tables;
    for (const window of touched) this.#lookAtBooks(window);
    if (acted || touched.size > 0) {
      for (const window of windows.values()) this.#lookAtHeld(window, processes);
    }
    if (owner?.name === 'core') this.#lookAtWatermarks(processes);
    touched.clear();
    const spending = processes.filter(({ name }) => !this.#isEnded(name));
    if (acted) this.#yard.rates.look(spending);
  }

  #running(): GatewayProcess[] {
    return this.#machines.flatMap(({ process }) => (process?.open ? [process] : []));
  }

  /** G = S + reserved + available + R, each of them counted apart from the till. */
  #lookAtTills(process: GatewayProcess): void {
    const reserved = new Map<string, number>();
    for (const { request } of process.visits) {
      for (const { windowId, units, unleased, generation } of request.hold?.spends ?? []) {
        if (unleased) continue;
        const id = `${windowId} ${generation}`;
        reserved.set(id, (reserved.get(id) ?? 0) + units);
      }
    }
    for (const till of process.tills.values()) {
      for (const lease of till.leases.values()) {
        const id = `${lease.window.id} ${lease.generation}`;
        this.#lookAtLease(process, lease, reserved.get(id) ?? 0);
      }
    }
  }

  #lookAtLease(process: GatewayProcess, lease: Lease, reserved: number): void {
    const { id } = lease.window;
    const where = `${process.name} ${id}`;
    const left = available(lease);
    if (left < 0 || lease.returned < lease.reported) throw new Broken(`${where}: negative`);
    if (lease.reserved !== reserved) {
      throw new Broken(`${where}: ${lease.reserved} reserved, ${reserved} held by requests`);
    }
    const spent = this.#yard.truth.spentOf(id, process.name);
    let before = this.#spentBefore.get(lease);
    if (before === undefined) {
      before = spent - lease.settled;
      this.#spentBefore.set(lease, before);
    }
    if (lease.settled !== spent - before) {
      throw new Broken(`${where}: S is ${lease.settled}, records say ${spent - before}`);
    }
    const row = this.#yard.tables.windows.get(id)?.leases.get(process.name);
    if (!row || row.generation !== lease.generation) {
      if (lease.granted > 0 && !row) throw new Broken(`${where}: G that core never granted`);
      return;
    }
    const [granted, returned] = [row.granted - row.base, row.returned - row.baseReturned];
    const isOver = this.#isEnded(process.name);
    if (lease.granted > granted) throw new Broken(`${where}: G above what core granted`);
    if (lease.returned < returned && !isOver) throw new Broken(`${where}: R below what core has`);
  }

  #isEnded(boot: string): boolean {
    const state = this.#yard.tables.boots.get(boot)?.state;
    return state === 'sealed' || state === 'forfeited';
  }

  /** lent = Σ(G − R), and nothing was lent past the limit; a downgrade leaves what is lent. */
  #lookAtBooks(window: WindowRow): void {
    const { id } = window.of;
    let lent = 0;
    for (const { granted, returned } of window.leases.values()) {
      if (returned > granted) throw new Broken(`${id}: more returned than granted`);
      lent += granted - returned;
    }
    if (lent !== window.lent) throw new Broken(`${id}: lent ${window.lent}, sum ${lent}`);
    const limit = this.#yard.tables.limitOf(id);
    const gave = lent > (this.#lent.get(id) ?? 0);
    this.#lent.set(id, lent);
    if (!gave) return;
    this.limits.set(id, Math.max(this.limits.get(id) ?? 0, limit));
    const used = lent + this.#yard.tables.outside(id);
    if (used > limit) throw new Broken(`${id}: ${used} lent and spent of ${limit}`);
  }

  /** What is spent, reserved or available anywhere never passes what core counts as lent. */
  #lookAtHeld({ of, lent }: WindowRow, processes: readonly GatewayProcess[]): void {
    let held = 0;
    for (const units of this.#yard.truth.spent.get(of.id)?.values() ?? []) held += units;
    for (const process of processes) {
      const lease = process.tills.get(of.customerId)?.leases.get(of.id);
      // A boot that has sealed itself spends nothing any more.
      if (lease) held += this.#isEnded(process.name) ? 0 : lease.reserved + available(lease);
    }
    if (held <= lent) return;
    throw new Broken(`${of.id}: tills hold ${held}, core counts ${lent} as lent`);
  }

  /** Whatever a boot admitted before its watermark is in the ledger … */
  #lookAtWatermarks(processes: readonly GatewayProcess[]): void {
    const { tables, truth } = this.#yard;
    for (const { name, visits } of processes) {
      const boot = tables.boots.get(name);
      if (!boot || boot.watermark === WATERMARK_INFINITE) continue;
      const early = ({ admittedAt }: { admittedAt: number }): boolean =>
        BigInt(admittedAt) < boot.watermark;
      const open = [...visits].find(({ request: { hold } }) => hold && early(hold));
      // A span that counted nothing has nothing to tell.
      const due = (truth.writtenBy.get(name) ?? []).filter(({ record }) => early(record));
      const written = due.find(({ record, frame, dropped }) => {
        const isIn = frame !== null && BigInt(frame) <= boot.last_frame;
        return !isIn && !dropped && record.quantities.length > 0;
      });
      const id = open?.request.id ?? written?.request.id;
      if (id) throw new Broken(`${name}: its watermark is past ${id}, which is not in`);
      this.#lookAtDropped(name, due);
    }
  }

  /** … or core knows that it never will be. Both count frames: spans that counted nothing, too. */
  #lookAtDropped(boot: string, due: readonly Written[]): void {
    const dropped = due.filter((written) => written.dropped).length;
    let told = 0;
    for (const gap of this.#yard.tables.gaps.values()) {
      if (gap.boot !== boot || gap.reason !== 'unrecorded_requests') continue;
      told += (gap.last ?? 0) - (gap.first ?? 0) + 1;
    }
    if (dropped <= told) return;
    throw new Broken(`${boot}: its watermark is past ${dropped} dropped records, ${told} are told`);
  }
}
