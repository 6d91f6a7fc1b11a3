import { windowId } from '@tollgate/billing-core/contract/quota-window.ts';
import { available } from '../../src/core/lease.ts';
import { SHARE_HELD_MS } from '../../../billing-core/src/quotas/rate-shares.ts';
import { windowOf } from '../../../billing-core/src/subscriptions/calendar.ts';
import type { Fleet } from './faults.ts';
import { bodyBytesOf, METER, type CustomerSpec, type QuotaSpec } from './scenario.ts';
import type { Request } from './truth.ts';
import { Broken } from './world.ts';

const PROBES = 16;
const EVERY_MS = 1_300;
/** What a gateway leaves to slewing, and the way of an answer. */
const OFF_MAX_MS = 6_000;

/**
 * With the network healed, units that nobody has spent must be within reach of whoever asks: a
 * lost recall or a window taken for exhausted would keep them away.
 */
export class Liveness {
  readonly lastsMs = (PROBES + 2) * EVERY_MS;
  readonly #fleet: Fleet;
  readonly #probes = new Map<string, Request[]>();
  readonly #leftBefore = new Map<string, number>();

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  /** Nobody stays far ahead of core's time, or far behind it. */
  lookAtClocks(): void {
    const { yard, machines } = this.#fleet;
    for (const { process } of machines) {
      if (!process?.open || process.suspendedAt !== null) continue;
      const now = yard.world.as(process, () => process.open.clock.now());
      const off = Math.round(now - yard.tables.now);
      if (Math.abs(off) <= OFF_MAX_MS) continue;
      throw new Broken(`${process.name} is ${off} ms off core's time`);
    }
  }

  probe(): void {
    const { yard, machines } = this.#fleet;
    const { world, scenario, truth } = yard;
    for (const spec of scenario.customers) {
      const { process } = world.random.pick(machines);
      if (!process?.open) continue;
      const sent: Request[] = [];
      this.#probes.set(spec.id, sent);
      this.#leftBefore.set(spec.id, this.#left(spec));
      for (let number = 1; number <= PROBES; number++) {
        world.after(number * EVERY_MS, process, () => {
          const bytes = bodyBytesOf(world.random, spec);
          const request = truth.open(spec, spec.keys[0] as CustomerSpec['keys'][number], bytes);
          sent.push(request);
          process.arrive(request);
        });
      }
    }
  }

  #left(spec: CustomerSpec): number {
    const quotas = this.#fleet.yard.tables.plans.get(spec.id)?.quotas ?? [];
    return Math.min(...quotas.map((quota) => this.#leftOf(spec, quota)));
  }

  /** Units of the window of now that nobody has spent, reserved or lost. */
  #leftOf({ id, keys, calendar }: CustomerSpec, { kind, scope, limit }: QuotaSpec): number {
    const { yard, machines } = this.#fleet;
    const { world, tables, truth } = yard;
    const running = new Set(machines.map(({ process }) => process?.name));
    const keyId = scope === 'key' ? (keys[0]?.id ?? null) : null;
    const { startsAt } = windowOf(calendar, kind, Math.floor(world.now));
    const window = windowId({ customerId: id, keyId, meterId: METER, kind }, startsAt);
    const row = tables.windows.get(window);
    // Spent without a lease while units were lent: nothing more is lent until they are back.
    if (row && row.lent + tables.outside(window) > limit) return 0;
    let used = truth.outside.get(window) ?? 0;
    for (const [boot, { granted, returned }] of row?.leases ?? []) {
      const { settled } = tables.settled(window, boot);
      const isOver = tables.boots.get(boot)?.state === 'sealed';
      // Of a gateway that is gone, everything it was lent.
      if (!isOver && !running.has(boot)) used += granted - returned;
      else used += Math.max(settled, truth.spentOf(window, boot));
    }
    for (const { process } of machines) {
      for (const { request } of process?.visits ?? []) {
        for (const { windowId, units } of request.hold?.spends ?? [])
          if (windowId === window) used += units;
      }
    }
    return limit - used;
  }

  /** A gateway that will never be heard of again keeps its part of a rate until that expires. */
  #isHeldByLost(): boolean {
    const { yard, machines } = this.#fleet;
    const running = machines.map(({ process }) => process?.name);
    for (const { name, state, lastSeenAt } of yard.tables.boots.values()) {
      const isOver = state === 'sealed' || state === 'forfeited' || running.includes(name);
      if (!isOver && yard.world.now - lastSeenAt < SHARE_HELD_MS + this.lastsMs) return true;
    }
    return false;
  }

  /** With nothing under way, a till knows of every unit that core has lent it. */
  #judgeLeases(): void {
    const { yard, machines } = this.#fleet;
    for (const window of yard.tables.windows.values()) {
      const { id, customerId: customer, endsAt } = window.of;
      if (endsAt <= yard.world.now) continue;
      for (const { process } of machines) {
        const row = process && window.leases.get(process.name);
        const lease = process?.tills.get(customer)?.leases.get(id);
        if (!row) continue;
        const spent = yard.truth.spentOf(id, process.name);
        const unspent = row.granted - row.returned - spent;
        const isSame = lease?.generation === row.generation;
        const returning = isSame ? lease.returned - (row.returned - row.baseReturned) : 0;
        const known = isSame ? lease.reserved + available(lease) + returning : 0;
        if (unspent <= known) continue;
        throw new Broken(`${process.name} knows of ${known} of ${unspent} units in ${id}`);
      }
    }
  }

  judge(): void {
    this.#judgeLeases();
    for (const spec of this.#fleet.yard.scenario.customers) {
      const probes = this.#probes.get(spec.id) ?? [];
      if (probes.length === 0 || probes.some(({ hold }) => hold !== null)) continue;
      const reasons = [...new Set(probes.map(({ refusedAs }) => refusedAs ?? 'waits'))];
      const least = Math.min(this.#leftBefore.get(spec.id) ?? 0, this.#left(spec));
      const isPaced = reasons.every((reason) => reason === 'rate_limited');
      if (isPaced && this.#isHeldByLost()) continue;
      const bodies = probes.map(({ bodyBytes }) => bodyBytes);
      const dearest = Math.max(1, spec.units, spec.maxCost ?? 0, ...bodies);
      if (least < dearest) continue;
      throw new Broken(`${spec.id}: ${least} units are left, and nobody gets one: ${reasons}`);
    }
  }
}
