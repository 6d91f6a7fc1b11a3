import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from '../../test/folder.ts';

const KIB = 1_024;
export const SBIN = { PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };

/** A disk of its own, mounted at a folder; only root may make one. */
export class Disk {
  readonly path: string;

  readonly #image: string | undefined;

  private constructor(path: string, image?: string) {
    this.path = path;
    this.#image = image;
  }

  /** A disk in memory of so many KiB. */
  static inMemory(kib: number): Disk {
    const path = join(testFolder('disk'), 'mounted');
    mkdirSync(path);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', path]);
    return new Disk(path);
  }

  /**
   * A disk of this file system in a file. What is in the file, and not what its pages in memory
   * say, is what a power cut leaves.
   */
  static onImage(kind: 'ext4' | 'xfs', mib: number): Disk {
    const folder = testFolder('disk');
    const [path, image] = [join(folder, 'mounted'), join(folder, 'image')];
    mkdirSync(path);
    execFileSync('truncate', ['-s', `${mib}M`, image]);
    execFileSync(`mkfs.${kind}`, ['-q', image], { env: SBIN });
    execFileSync('mount', ['-o', 'loop', image, path]);
    return new Disk(path, image);
  }

  /**
   * The power goes: whoever writes to the disk has been stopped. What is in the file now is all
   * there is; `ending` ends the writer before the disk comes back with it.
   */
  async powerCut(ending: () => Promise<unknown>): Promise<void> {
    if (this.#image === undefined) throw new Error('this disk has no image');
    const after = `${this.#image}.after`;
    execFileSync('cp', ['--sparse=always', this.#image, after]);
    await ending();
    execFileSync('umount', [this.path]);
    renameSync(after, this.#image);
    execFileSync('mount', ['-o', 'loop', this.#image, this.path]);
  }

  /** The file system stops where it is, with what its log has on disk; then it is mounted again. */
  async shutDown(ending: () => Promise<unknown>): Promise<void> {
    execFileSync('xfs_io', ['-x', '-c', 'shutdown', this.path], { env: SBIN });
    await ending();
    execFileSync('umount', [this.path]);
    execFileSync('mount', ['-o', 'loop', this.#image ?? '', this.path]);
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
