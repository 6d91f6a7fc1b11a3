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
