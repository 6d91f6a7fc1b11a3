import type { Disk, Handle } from './disk.ts';
import type { Network } from './network.ts';
import type { World } from './world.ts';

/** What the stand-ins stand for, in the run that is under way. */
export type Stage = {
  readonly world: World;
  readonly network: Network;
  /** By name of the machine, which is also the first part of every path on it. */
  readonly disks: { get(machine: string): Disk | undefined };
  readonly handles: Map<number, Handle>;
};

let current: Stage | undefined;

export function stage(): Stage {
  if (!current) throw new Error('no run is under way');
  return current;
}

export function setStage(stage: Stage | undefined): void {
  current = stage;
}
