import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from '../../test/folder.ts';

const KIB = 1_024;

/** A disk of its own, mounted at a folder; only root may make one. */
export class Disk {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** A disk in memory of so many KiB. */
  static inMemory(kib: number): Disk {
    const path = join(testFolder('disk'), 'mounted');
    mkdirSync(path);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', path]);
    return new Disk(path);
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  /** Puts a file there that leaves no more than so many KiB. */
  fill(leaveKib: number): void {
    const ballast = openSync(join(this.path, 'ballast'), 'a');
    const block = Buffer.alloc(4 * KIB);
    while (this.freeBytes > leaveKib * KIB) writeSync(ballast, block);
    closeSync(ballast);
  }

  /** Takes that file away. */
  empty(): void {
    rmSync(join(this.path, 'ballast'), { force: true });
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.path]);
  }
}
