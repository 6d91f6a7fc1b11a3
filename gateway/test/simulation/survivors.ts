import { decodeRecord } from '../../src/core/record.ts';
import { scanFrames } from '../../src/node/spool/frame.ts';
import { segmentFirstFrame } from '../../src/node/spool/segment.ts';
import type { Disk } from './disk.ts';
import type { Written } from './truth.ts';

const NEWLINE = 10;

/** What tells a record from others: a request's spans begin at different times, or are later. */
const nameOf = ({ requestId, admittedAt, later }: Written['record']): string =>
  `${requestId}|${admittedAt}|${later === true}`;

/** The records in the segments of a boot, with the numbers of their frames. */
export class Survivors {
  readonly #frames = new Map<string, number>();

  constructor(disk: Disk, folder: string) {
    if (!disk.folders.has(folder)) return;
    for (const name of disk.names(folder)) {
      const first = segmentFirstFrame(name);
      if (first === undefined) continue;
      const { content } = disk.file(`${folder}/${name}`);
      const frames = content.subarray(content.indexOf(NEWLINE) + 1);
      for (const { number, payload } of scanFrames(frames, first).frames) {
        this.#frames.set(nameOf(decodeRecord(payload)), number);
      }
    }
  }

  frameOf({ record }: Written): number | undefined {
    return this.#frames.get(nameOf(record));
  }

  /** The number of the last one; 0 when there is none. */
  get last(): number {
    return Math.max(0, ...this.#frames.values());
  }
}
