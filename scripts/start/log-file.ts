import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';

const LOG_BYTES_MAX = 8 * 1024 * 1024;
const CHECK_EVERY_MS = 5_000;
const SHOWN_LINES_MAX = 15;

/** Where a child writes its log. It holds the file itself, so its words outlive us. */
export const logPath = (folder: string, name: string): string => join(folder, `${name}.log`);

/** Opens a log for appending; the caller closes it once the child has it. */
export function withLog<Result>(path: string, use: (log: number) => Result): Result {
  const log = openSync(path, 'a', 0o600);
  try {
    return use(log);
  } finally {
    closeSync(log);
  }
}

/** Sets the logs of the run before aside as `<name>.previous.log`. */
export function beginLogs(folder: string): void {
  for (const path of logsIn(folder)) renameSync(path, previousOf(path));
}

/**
 * Keeps each log near 8 MB, with as much again in `<name>.previous.log`. A log may grow past it
 * for the 5 s between two looks. Out: a function that ends this.
 */
export function boundLogs(folder: string): () => void {
  const timer = setInterval(() => {
    for (const path of logsIn(folder)) {
      if (statSync(path).size <= LOG_BYTES_MAX) continue;
      // The child appends to its open file, so the file has to stay the same one.
      copyFileSync(path, previousOf(path));
      truncateSync(path);
    }
  }, CHECK_EVERY_MS);
  return () => clearInterval(timer);
}

/** Out: the end of a log, to be shown when its writer has failed. */
export function lastLines(path: string): string {
  if (!existsSync(path)) return '';
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-SHOWN_LINES_MAX).join('\n');
}

function logsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.log') && !name.endsWith('.previous.log'))
    .map((name) => join(folder, name));
}

const previousOf = (path: string): string => path.replace(/\.log$/, '.previous.log');
