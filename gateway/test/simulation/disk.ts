import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Random } from './random.ts';

/** An error as the operating system names it. */
export class DiskError extends Error {
  readonly code: string;

  constructor(code: string, path: string) {
    super(`${code}: ${path}`);
    this.code = code;
  }
}

const SECTOR_BYTES = 512;

export class File {
  readonly ino: number;
  mtimeMs: number;
  length = 0;
  /** What a power cut cannot take. */
  synced = 0;
  /** A sync failed: the kernel takes what it lost for clean, and says later that all is well. */
  lostFrom: number | undefined;
  #bytes = Buffer.alloc(256);
  /** Of a file of less than a sector that is written over: what of it is durable. */
  #durable: Buffer | null = null;

  constructor(ino: number, mtimeMs: number) {
    this.ino = ino;
    this.mtimeMs = mtimeMs;
  }

  get content(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  write(bytes: Uint8Array, at = this.length): void {
    const end = at + bytes.length;
    if (end > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(end, this.#bytes.length * 2));
      this.content.copy(grown);
      this.#bytes = grown;
    }
    const isOver = at < this.synced && this.synced <= SECTOR_BYTES && end <= SECTOR_BYTES;
    if (isOver) this.#durable ??= Buffer.from(this.#bytes.subarray(0, this.synced));
    this.#bytes.set(bytes, at);
    this.length = Math.max(this.length, end);
    // What is written over what was durable is not durable itself.
    this.synced = Math.min(this.synced, at);
  }

  truncate(length: number): void {
    this.length = length;
    this.synced = Math.min(this.synced, length);
    if (length <= (this.lostFrom ?? length)) this.lostFrom = undefined;
  }

  /** What a sync that begins now makes durable, where that is not told by a length. */
  get whole(): Buffer | null {
    return this.#durable && Buffer.from(this.content);
  }

  /** A sync that began with this has ended. */
  saved(whole: Buffer | null): void {
    if (this.#durable && whole && this.lostFrom === undefined) this.#durable = whole;
  }

  /**
   * Of what was not synced some is gone, or its length is there without its content. What is less
   * than a sector is written over whole, or not at all: disks see to that.
   */
  loseUnsynced(random: Random): void {
    if (this.#durable) {
      if (random.chance(0.5)) {
        this.#bytes.set(this.#durable);
        this.length = this.#durable.length;
      }
      this.synced = this.length;
      this.#durable = null;
      return;
    }
    this.length = random.int(this.synced, this.length);
    if (random.chance(0.3)) this.#bytes.fill(0, random.int(this.synced, this.length), this.length);
    this.synced = this.length;
  }

  /** A bit of it turns. */
  rot(random: Random): void {
    if (this.length === 0) return;
    const at = random.int(0, this.length - 1);
    this.#bytes[at] = (this.#bytes[at] as number) ^ (1 << random.int(0, 7));
  }
}

/** What a process has open: a file, or a folder. */
export type Handle = { disk: Disk; path: string; file: File | null };

/**
 * A machine's disk. What a process writes outlives the process; what was not synced may be torn,
 * zeroed or gone after a power cut, and so may names whose directory was not synced: stricter than
 * what most file systems do, and what POSIX promises.
 */
export class Disk {
  readonly files = new Map<string, File>();
  readonly folders = new Set<string>();
  /** SQLite's files, and who holds a lock on one. */
  readonly databases = new Map<string, DatabaseSync>();
  readonly locks = new Map<string, object>();
  freeBytes = Number.POSITIVE_INFINITY;
  /** So many syncs fail from now on. */
  failingSyncs = 0;
  kernelBoot: string;
  readonly wallNow: () => number;
  #inodes = 1;
  /** Undoes changes of names that are not durable yet, oldest first. */
  #unsynced: { folder: string; undo: () => void }[] = [];

  constructor(root: string, of: { kernelBoot: string; wallNow: () => number }) {
    this.kernelBoot = of.kernelBoot;
    this.wallNow = of.wallNow;
    this.folders.add(root);
  }

  #changed(path: string, undo: () => void): void {
    this.#unsynced.push({ folder: dirname(path), undo });
  }

  file(path: string): File {
    const file = this.files.get(path);
    if (!file) throw new DiskError('ENOENT', path);
    return file;
  }

  create(path: string): File {
    if (!this.folders.has(dirname(path))) throw new DiskError('ENOENT', path);
    if (this.freeBytes <= 0) throw new DiskError('ENOSPC', path);
    this.#inodes += 1;
    const file = new File(this.#inodes, this.wallNow());
    this.files.set(path, file);
    this.#changed(path, () => this.files.delete(path));
    return file;
  }

  /** Writes what fits; gives the number of bytes. */
  write(file: File, bytes: Uint8Array, at = file.length): number {
    const grows = Math.max(0, at + bytes.length - file.length);
    const fits = bytes.length - Math.max(0, grows - this.freeBytes);
    if (fits <= 0) throw new DiskError('ENOSPC', 'write');
    this.freeBytes -= Math.min(grows, this.freeBytes);
    file.write(bytes.subarray(0, fits), at);
    file.mtimeMs = this.wallNow();
    return fits;
  }

  makeFolder(path: string): void {
    if (this.folders.has(path)) throw new DiskError('EEXIST', path);
    this.folders.add(path);
    this.#changed(path, () => this.#drop(path));
  }

  #drop(folder: string): void {
    this.folders.delete(folder);
    for (const path of this.files.keys()) if (dirname(path) === folder) this.files.delete(path);
  }

  /** Moves a folder with all that is in it. */
  #move(from: string, to: string): void {
    const moved = (path: string): string => to + path.slice(from.length);
    const inside = (path: string): boolean => path === from || path.startsWith(`${from}/`);
    for (const path of [...this.folders].filter(inside)) {
      this.folders.delete(path);
      this.folders.add(moved(path));
    }
    for (const [path, file] of [...this.files].filter(([path]) => inside(path))) {
      this.files.delete(path);
      this.files.set(moved(path), file);
    }
    for (const change of this.#unsynced) {
      if (inside(change.folder)) change.folder = moved(change.folder);
    }
  }

  rename(from: string, to: string): void {
    if (this.folders.has(from)) {
      if (this.folders.has(to) && this.names(to).length > 0) throw new DiskError('ENOTEMPTY', to);
      this.#move(from, to);
      this.#changed(to, () => this.#move(to, from));
      return;
    }
    const file = this.file(from);
    const was = this.files.get(to);
    this.files.delete(from);
    this.files.set(to, file);
    this.#changed(to, () => {
      if (this.files.get(to) !== file) return;
      this.files.delete(to);
      this.files.set(from, file);
      if (was) this.files.set(to, was);
    });
  }

  unlink(path: string): void {
    const file = this.file(path);
    this.files.delete(path);
    this.#changed(path, () => this.files.set(path, file));
  }

  /** The names in a folder, sorted. */
  names(folder: string): string[] {
    if (!this.folders.has(folder)) throw new DiskError('ENOENT', folder);
    const all = [...this.files.keys(), ...this.folders];
    const inside = all.filter((path) => dirname(path) === folder && path !== folder);
    return inside.map((path) => path.slice(folder.length + 1)).toSorted();
  }

  sync(file: File): void {
    if (this.failingSyncs > 0) {
      this.failingSyncs -= 1;
      file.lostFrom ??= file.synced;
      throw new DiskError('EIO', 'sync');
    }
    file.synced = file.lostFrom ?? file.length;
    file.saved(file.whole);
  }

  syncNames(folder: string): void {
    this.#unsynced = this.#unsynced.filter((change) => change.folder !== folder);
  }

  /** Whatever was not synced may be gone, of each folder the newest changes first. */
  powerCut(random: Random): void {
    const folders = new Set(this.#unsynced.map(({ folder }) => folder));
    for (const folder of [...folders].toSorted()) {
      const changes = this.#unsynced.filter((change) => change.folder === folder);
      const kept = random.int(0, changes.length);
      for (const { undo } of changes.slice(kept).toReversed()) undo();
    }
    this.#unsynced = [];
    for (const file of this.files.values()) file.loseUnsynced(random);
    this.locks.clear();
  }

  close(): void {
    for (const database of this.databases.values()) database.close();
    this.databases.clear();
  }
}
