import { Spool } from '../../src/node/spool/spool.ts';
import { Disk } from './disk.ts';
import { GatewayProcess, type Yard } from './gateway.ts';
import type { Scenario } from './scenario.ts';
import { Survivors } from './survivors.ts';
import { bootName } from './tables.ts';
import type { Written } from './truth.ts';
import { Broken, Killed } from './world.ts';

const UNSYNCED_MAX_MS = 500;
/** A turn, a sync and the rounding of clocks. */
const SYNC_SLACK_MS = 12;
const RESTART_MS = 100;

/** Sees what is given to a spool, and when it has it; changes nothing. */
export function watchSpools(yard: Yard): () => void {
  const { append } = Spool.prototype;
  /** Whose boot a spool is: it is first used by that one. */
  const boots = new WeakMap<Spool, string>();
  Spool.prototype.append = function watched(payload, entry): void {
    const { acting } = yard.world;
    const boot = boots.get(this) ?? acting?.name ?? '';
    boots.set(this, boot);
    const written = yard.truth.appended(boot, payload);
    append.call(this, payload, {
      written: (frame) => {
        if (written) written.frame = frame;
        if (written && acting?.alive) written.releasedAt = yard.world.now;
        entry?.written(frame);
      },
      release: () => {
        if (written && acting?.alive) written.leftAt = yard.world.now;
        entry?.release();
      },
      lost: () => {
        if (written) written.dropped = true;
        entry?.lost();
      },
    });
  };
  return () => {
    Spool.prototype.append = append;
  };
}

/** A machine with a gateway on it: what outlives a process. */
export class Machine {
  readonly name: string;
  readonly fsync: Scenario['gateways'][number]['fsync'];
  readonly whenFull: Scenario['gateways'][number]['whenFull'];
  readonly spoolBytesMax: number;
  readonly yard: Yard;
  disk: Disk;
  wallAheadMs: number;
  process: GatewayProcess | null = null;
  /** Boots whose files began here. */
  readonly boots = new Set<string>();
  #cuts = 0;

  constructor(yard: Yard, name: string, of: Scenario['gateways'][number]) {
    this.yard = yard;
    this.name = name;
    this.fsync = of.fsync;
    this.whenFull = of.whenFull;
    this.spoolBytesMax = of.spoolBytesMax;
    this.wallAheadMs = of.wallAheadMs;
    this.disk = this.#newDisk();
  }

  #newDisk(): Disk {
    const wallNow = (): number => this.wallNow();
    return new Disk(`/${this.name}`, { kernelBoot: `kb${this.#cuts}`, wallNow });
  }

  /** What a clock on its wall shows, in whole ms. */
  wallNow(): number {
    return Math.floor(this.yard.world.now + this.wallAheadMs);
  }

  /** Starts a gateway, unless one runs; the supervisor tries again when the disk is full. */
  start(): void {
    if (this.process) return;
    const { world } = this.yard;
    const process = new GatewayProcess(this.yard, this, (reason) => {
      this.kill(process, `exits: ${reason}`);
      world.after(RESTART_MS, null, () => this.start());
    });
    this.process = process;
    world.after(0, process, () => {
      try {
        process.start();
      } catch (error) {
        if (error instanceof Killed) return;
        process.uncaught(error);
        return;
      }
      world.note(`${process.name} starts at ${this.name}`);
    });
  }

  /** What is written stays, what is in memory is gone. */
  kill(process: GatewayProcess, how: string): void {
    if (!process.alive) return;
    const { world } = this.yard;
    world.note(`${process.name} ${how} with ${process.visits.size} open`);
    this.#end(process);
    this.#bury(process, true);
  }

  #end(process: GatewayProcess): void {
    process.alive = false;
    if (this.process === process) this.process = null;
  }

  /** Its records are those that the disk has, and those that are in a batch already. */
  #bury(process: GatewayProcess, seals: boolean): void {
    for (const name of process.boots) {
      const found = new Survivors(this.disk, this.#folderOf(name));
      const keeps = (written: Written): boolean => {
        written.frame ??= found.frameOf(written) ?? null;
        return written.frame !== null;
      };
      this.yard.truth.died(name, { keeps, seals });
    }
  }

  #folderOf(name: string): string {
    return `/${this.name}/boots/${name.split('/')[1]}`;
  }

  /** A process that has stopped by itself. */
  stopped(process: GatewayProcess): void {
    this.#end(process);
  }

  /** The machine loses power: what was not synced may be gone too. */
  cutPower(): void {
    const { world, unsafe } = this.yard;
    const { process } = this;
    world.note(`${this.name} loses power, with fsync ${this.fsync}`);
    const lastRanAt = process?.lastRanAt ?? 0;
    if (process) {
      this.#end(process);
      this.#bury(process, this.fsync === 'always');
    }
    this.disk.powerCut(world.random);
    this.#cuts += 1;
    this.disk.kernelBoot = `kb${this.#cuts}`;
    for (const boot of this.boots) {
      const folder = this.#folderOf(boot);
      const isUnsafe = this.fsync === 'never';
      if (isUnsafe) unsafe.add(boot);
      const lost = this.#lose(boot, isUnsafe ? null : new Survivors(this.disk, folder));
      if (process?.boots.has(boot)) this.#checkBound(boot, lastRanAt);
      // Of one that was killed before: they were not synced, so no answer left, and a seal takes
      // them for requests in doubt.
      else if (this.fsync === 'always') this.yard.truth.forget(lost, true);
    }
  }

  /** What is neither in core nor on the disk any more. Nothing is read of a disk that is gone. */
  #lose(boot: string, kept: Survivors | null): Written[] {
    const { truth, tables, world } = this.yard;
    const shipped = tables.shipped(boot);
    const lost = (truth.writtenBy.get(boot) ?? []).filter((written) => {
      const { frame, atRisk } = written;
      return frame !== null && frame > shipped && !atRisk && !kept?.frameOf(written);
    });
    for (const written of lost) written.atRisk = true;
    world.count('record lost with its disk', lost.length);
    return lost;
  }

  /** What the setting promises of a power failure. */
  #checkBound(boot: string, lastRanAt: number): void {
    if (this.fsync === 'never') return;
    const bound = this.fsync === 'always' ? 0 : UNSYNCED_MAX_MS + SYNC_SLACK_MS;
    for (const { request, atRisk, releasedAt } of this.yard.truth.writtenBy.get(boot) ?? []) {
      if (!atRisk || releasedAt === null || releasedAt >= lastRanAt - bound) continue;
      const age = Math.round(lastRanAt - releasedAt);
      throw new Broken(`${boot}: ${request.id}, answered ${age} ms before the power cut, is lost`);
    }
  }

  /** The machine burns down; a new one takes its name, with an empty disk. */
  loseDisk(): string[] {
    const { world, tables } = this.yard;
    const { process } = this;
    world.note(`${this.name} loses its disk`);
    if (process) {
      this.#end(process);
      this.#bury(process, false);
    }
    const lost = [...this.boots];
    for (const boot of lost) this.#lose(boot, null);
    this.boots.clear();
    this.disk.close();
    this.#cuts += 1;
    this.disk = this.#newDisk();
    return lost.filter((boot) => tables.boots.get(boot)?.state === 'live');
  }

  /** A bit turns in a file of a boot that is not shipped whole. True when there was one. */
  rot(): boolean {
    const { world, tables, rotten } = this.yard;
    const files = [...this.disk.files].filter(([path, { length }]) => {
      const [, , folder, boot] = path.split('/');
      // What a live process has recorded it has in memory too, and ships from there.
      const isOver =
        this.process?.open?.boot === boot ||
        this.disk.files.has(`/${this.name}/boots/${boot}/ended`);
      return folder === 'boots' && length > 0 && !isOver;
    });
    if (files.length === 0) return false;
    const [path, file] = world.random.pick(files);
    const folder = path.split('/').slice(0, 4).join('/');
    const boot = [...this.boots].find((each) => this.#folderOf(each) === folder);
    if (boot === undefined) return false;
    file.rot(world.random);
    rotten.add(boot);
    world.note(`${path} rots, of ${boot}, ${tables.boots.get(boot)?.state}`);
    const kept = new Survivors(this.disk, folder);
    const lost = this.#lose(boot, kept);
    // At the end it looks as what a crash interrupts: then these requests are in doubt.
    this.yard.truth.forget(
      lost.filter(({ frame }) => (frame ?? 0) > kept.last),
      true,
    );
    return true;
  }

  /** Whether the files of a boot are here. */
  owns(boot: string): boolean {
    return this.boots.has(boot) && this.disk.folders.has(this.#folderOf(boot));
  }
}

export const nameOf = (process: GatewayProcess): string => bootName(process.open);
