export type Edit = { file: string; from: string; to: string };

/**
 * Mechanisms that a test takes out of the product, to see that the checker misses them. Each edit
 * is of the text of a source as a process loads it; one that fits nowhere stops the process, so
 * that a test can't go on with a mechanism that has moved.
 */
const PARTS = {
  'the write of the spool': [
    {
      file: 'gateway/src/node/spool/segment.ts',
      from: 'const count = writeSync(this.#fd, bytes, written);',
      to: 'const count = bytes.length;',
    },
  ],
  // Batches are kept in memory: what is not sent when the process ends is gone.
  'the spool': [
    {
      file: 'gateway/src/node/spool/segment.ts',
      from: 'const count = writeSync(this.#fd, bytes, written);',
      to: 'const count = bytes.length;',
    },
    {
      file: 'gateway/src/node/spool/batches.ts',
      from: 'if (this.#durable) syncDirectory(this.#dir);',
      to: '(this.inMemory ??= new Map()).set(sequence, { header, bytes });',
    },
    {
      file: 'gateway/src/node/spool/batches.ts',
      from: 'return place && parse(readFileSync(this.#pathOf(place)));',
      to: 'return place && this.inMemory.get(sequence);',
    },
    {
      file: 'gateway/src/node/spool/batches.ts',
      from: 'renameSync(`${path}.new`, path);',
      to: 'rmSync(`${path}.new`);',
    },
    {
      file: 'gateway/src/node/spool/batches.ts',
      from: 'renameSync(this.#pathOf(place), this.#pathOf(moved));',
      to: '',
    },
    {
      file: 'gateway/src/node/spool/batches.ts',
      from: 'utimesSync(this.#pathOf(acked), wallNow / 1_000, wallNow / 1_000);',
      to: '',
    },
  ],
  'the keeping of batches': [
    {
      file: 'gateway/src/node/shipper.ts',
      from: 'if (batch && isRefusal(error)) await this.#suspect(batch);',
      to: `if (batch) this.#of.batches.acknowledge(batch.header.sequence, this.#of.wallNow());`,
    },
    {
      file: 'gateway/src/node/spool/batches.ts',
      from: "place.sequence >= sequence) this.#move(place, 'batch');",
      to: "place.sequence < 0) this.#move(place, 'batch');",
    },
  ],
  'the fsync of the spool': [
    {
      file: 'gateway/src/node/spool/segment.ts',
      from: 'await fdatasyncAsync(this.#fd);',
      to: '',
    },
  ],
  'the end at a failed fsync': [
    {
      file: 'gateway/src/node/spool/segment.ts',
      from: 'await fdatasyncAsync(this.#fd);',
      to: 'await fdatasyncAsync(this.#fd).catch(() => {});',
    },
  ],
  'the wait for a full disk': [
    {
      file: 'gateway/src/node/spool/spool.ts',
      from: 'setTimeout(() => this.#schedule(), FULL_RETRY_MS);\n      return;',
      to: '',
    },
    {
      file: 'gateway/src/node/open-metering.ts',
      from: 'return this.#life.spool.full || this.metering.stuck;',
      to: 'return false;',
    },
  ],
  'the dedup of batches': [
    {
      file: 'billing-core/src/usage/actions.ts',
      from: 'if (sequence < boot.next_sequence) return repeated(tx, boot, header);',
      to: '',
    },
  ],
} as const satisfies Record<string, readonly Edit[]>;

export type Mechanism = keyof typeof PARTS;

export const TAKEN_OUT: Record<Mechanism, readonly Edit[]> = PARTS;
