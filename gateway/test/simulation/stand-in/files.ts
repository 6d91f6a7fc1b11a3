import { dirname } from 'node:path';
import { DiskError, type Disk, type File, type Handle } from '../disk.ts';
import { stage } from '../stage.ts';
import { Killed } from '../world.ts';

// node:fs over the disks of a run: what the gateway's spool uses of it. Each operation is a point
// at which the process can be killed, before it, after it or, where it writes, in its midst.

const SYNC_MS = [0.3, 4] as const;
const KERNEL_BOOT = '/proc/sys/kernel/random/boot_id';

type Text = string | Uint8Array;

export function diskOf(path: string): Disk {
  const disk = stage().disks.get(path.split('/')[1] ?? '');
  if (!disk) throw new DiskError('ENOENT', path);
  return disk;
}

/** `torn`: what is left of it when the process is killed in its midst. */
function operate<Result>(run: () => Result, torn: () => void = () => {}): Result {
  const { world } = stage();
  const { acting } = world;
  if (!acting?.alive) throw new Killed();
  acting.operationsLeft -= 1;
  const isLast = acting.operationsLeft === 0;
  if (isLast && world.random.chance(0.6)) {
    torn();
    world.count('killed in a disk operation');
    acting.kill();
    throw new Killed();
  }
  const result = run();
  if (isLast) {
    world.count('killed behind a disk operation');
    acting.kill();
    throw new Killed();
  }
  return result;
}

function handleOf(fd: number): Handle & { file: File } {
  const handle = stage().handles.get(fd);
  if (!handle?.file) throw new DiskError('EBADF', `${fd}`);
  return handle as Handle & { file: File };
}

const bytesOf = (text: Text): Uint8Array => (typeof text === 'string' ? Buffer.from(text) : text);

function writeTo(disk: Disk, file: File, { bytes, at }: { bytes: Uint8Array; at: number }): number {
  const { world } = stage();
  const torn = (): void => {
    const part = world.random.int(0, bytes.length);
    if (part > 0) disk.write(file, bytes.subarray(0, part), at);
  };
  return operate(() => disk.write(file, bytes, at), torn);
}

export function openSync(path: string, flags: string): number {
  const disk = diskOf(path);
  return operate(() => {
    let file = disk.files.get(path) ?? null;
    if (flags === 'ax' && file) throw new DiskError('EEXIST', path);
    if (flags === 'w' && file) file.truncate(0);
    if (flags !== 'r') file ??= disk.create(path);
    if (!file && !disk.folders.has(path)) throw new DiskError('ENOENT', path);
    const { handles } = stage();
    const fd = handles.size + 3;
    handles.set(fd, { disk, path, file });
    return fd;
  });
}

/** Numbers are not used again, so that one that is used after its end is found. */
export function closeSync(fd: number): void {
  const handle = stage().handles.get(fd);
  if (handle) handle.file = null;
}

export function writeSync(
  fd: number,
  bytes: Buffer,
  ...place: [offset?: number, length?: number, position?: number]
): number {
  const [offset = 0, length = bytes.length - offset, position] = place;
  const { disk, file } = handleOf(fd);
  const at = position ?? file.length;
  return writeTo(disk, file, { bytes: bytes.subarray(offset, offset + length), at });
}

export function ftruncateSync(fd: number, length: number): void {
  const { file } = handleOf(fd);
  operate(() => file.truncate(length));
}

export const fstatSync = (fd: number): { size: number } => ({ size: handleOf(fd).file.length });

export function fdatasyncSync(fd: number): void {
  const { disk, file } = handleOf(fd);
  operate(() => disk.sync(file));
}

/** What was written when it began is durable when it ends; what comes meanwhile may not be. */
export function fdatasync(fd: number, done: (error: unknown) => void): void {
  const { disk, file } = handleOf(fd);
  const { world } = stage();
  const { length, whole } = file;
  const { acting } = world;
  world.after(world.random.between(...SYNC_MS), acting, () => {
    const was = file.synced;
    try {
      operate(() => disk.sync(file));
      file.synced = Math.max(was, Math.min(file.synced, length));
      file.saved(whole);
      done(null);
    } catch (error) {
      if (error instanceof Killed) throw error;
      done(error);
    }
  });
}

/** The same in a while. */
export function fsync(fd: number, done: (error: unknown) => void): void {
  const { world } = stage();
  world.after(world.random.between(...SYNC_MS), world.acting, () => {
    try {
      fsyncSync(fd);
      done(null);
    } catch (error) {
      if (error instanceof Killed) throw error;
      done(error);
    }
  });
}

/** Of a directory: its names are durable. */
export function fsyncSync(fd: number): void {
  const handle = stage().handles.get(fd);
  if (!handle) throw new DiskError('EBADF', `${fd}`);
  const { disk, path, file } = handle;
  operate(() => (file ? disk.sync(file) : disk.syncNames(path)));
}

export function readFileSync(path: string, encoding?: 'utf8'): Buffer | string {
  const { acting } = stage().world;
  if (path === KERNEL_BOOT) return `${diskOf(`/${acting?.machine}`).kernelBoot}\n`;
  const disk = diskOf(path);
  const bytes = operate(() => Buffer.from(disk.file(path).content));
  return encoding ? bytes.toString(encoding) : bytes;
}

export function writeFileSync(path: string, text: Text, options?: { flush?: boolean }): void {
  const disk = diskOf(path);
  const fd = openSync(path, 'w');
  try {
    const bytes = bytesOf(text);
    const { file } = handleOf(fd);
    for (let at = 0; at < bytes.length;) {
      at += writeTo(disk, file, { bytes: bytes.subarray(at), at });
    }
    if (options?.flush) operate(() => disk.sync(file));
  } finally {
    closeSync(fd);
  }
}

export function renameSync(from: string, to: string): void {
  const disk = diskOf(from);
  operate(() => disk.rename(from, to));
}

export function unlinkSync(path: string): void {
  const disk = diskOf(path);
  operate(() => disk.unlink(path));
}

/** The same in a while. */
export function unlink(path: string, done: (error: unknown) => void): void {
  const { world } = stage();
  world.after(world.random.between(...SYNC_MS), world.acting, () => {
    try {
      unlinkSync(path);
      done(null);
    } catch (error) {
      if (error instanceof Killed) throw error;
      done(error);
    }
  });
}

export function rmSync(path: string, { force = false } = {}): void {
  const disk = diskOf(path);
  operate(() => {
    const inside = [...disk.files.keys()].filter((each) => each.startsWith(`${path}/`));
    for (const each of inside) disk.unlink(each);
    const was = disk.folders.delete(path);
    if (disk.files.has(path)) disk.unlink(path);
    else if (!was && !force) throw new DiskError('ENOENT', path);
    if (path.endsWith('.sqlite')) disk.databases.delete(path);
  });
}

export function readdirSync(path: string): string[] {
  const disk = diskOf(path);
  return operate(() => disk.names(path));
}

export function existsSync(path: string): boolean {
  const disk = diskOf(path);
  return operate(() => disk.files.has(path) || disk.folders.has(path));
}

type Stat = { mtimeMs: number; size: number; ino: number };

export function statSync(path: string, { throwIfNoEntry = true } = {}): Stat | undefined {
  const disk = diskOf(path);
  return operate(() => {
    const file = disk.files.get(path);
    if (!file && throwIfNoEntry) throw new DiskError('ENOENT', path);
    return file && { mtimeMs: file.mtimeMs, size: file.length, ino: file.ino };
  });
}

export function utimesSync(path: string, _atime: number, mtime: number): void {
  const disk = diskOf(path);
  operate(() => {
    disk.file(path).mtimeMs = mtime * 1_000;
  });
}

export function mkdirSync(path: string, { recursive = false } = {}): void {
  const disk = diskOf(path);
  operate(() => {
    if (recursive && disk.folders.has(path)) return;
    if (recursive && !disk.folders.has(dirname(path))) mkdirSync(dirname(path), { recursive });
    disk.makeFolder(path);
  });
}
