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
      to: '(this.inMemory ??= new Map()).set(place.sequence, batch);',
    },
    {
      file: 'gateway/src/node/spool/batches.ts',
      from: 'return place && parse(readFileSync(this.#pathOf(place)));',
      to: 'return place && this.inMemory.get(sequence);',
    },
    {
      file: 'gateway/src/node/spool/batches.ts',
      from: 'mode: 0o600 });\n      renameSync(`${path}.new`, path);',
      to: 'mode: 0o600 });\n      rmSync(`${path}.new`);',
    },
    {
      file: 'gateway/src/node/spool/batches.ts',
      from: 'if (!this.#durable) return this.write(batch);',
      to: 'return this.write(batch);',
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
      from: 'await beside.content(this.#fd);',
      to: '',
    },
  ],
  'the end at a failed fsync': [
    {
      file: 'gateway/src/node/spool/segment.ts',
      from: 'await beside.content(this.#fd);',
      to: 'await beside.content(this.#fd).catch(() => {});',
    },
  ],
  'the time of billing-core': [
    {
      file: 'gateway/src/node/clock.ts',
      from: 'const known = Math.min(this.#target, coreNow - sentAt);',
      to: 'this.#learnt = true;\nthis.#tell();\nif (sentAt > 0) return;\nconst known = 0;',
    },
  ],
  'the wait for a full disk': [
    {
      file: 'gateway/src/node/spool/spool.ts',
      from: 'if (!written) return this.#wait();',
      to: 'if (!written) return this.#release(this.#pending.splice(0));',
    },
    {
      file: 'gateway/src/node/open-metering.ts',
      from: 'return this.#life.spool.full || this.metering.stuck;',
      to: 'return false;',
    },
  ],
  'the limit of what is lent': [
    {
      file: 'billing-core/src/quotas/model.ts',
      from: 'const left = Math.max(0, book.limit - lentNow - book.outside);',
      to: 'const left = book.limit;',
    },
  ],
  // All that a dead boot was lent comes back, spent or not.
  'the settling of dead boots': [
    {
      file: 'billing-core/src/quotas/store.ts',
      from: 'coalesce(s.settled, 0) - coalesce(l.granted, 0) + coalesce(l.returned, 0) as missing',
      to: 'coalesce(l.returned, 0) - coalesce(l.granted, 0) as missing',
    },
  ],
  'the keeping of what is written off': [
    {
      file: 'billing-core/src/sync/write-off-http.ts',
      from: 'giveBack: false, forgotten',
      to: 'giveBack: true, forgotten',
    },
  ],
  'the refusal without a lease': [
    {
      file: 'gateway/src/core/till.ts',
      from: "isShort(need) && need.quota.on_unreachable === 'refuse'",
      to: 'isShort(need) && need.units < 0',
    },
  ],
  'the changes feed': [
    {
      file: 'gateway/src/node/changes.ts',
      from: 'for (const { kind, id, number } of changes) {',
      to: 'for (const { kind, id, number } of changes.slice(0, 0)) {',
    },
  ],
  'the return of what is recalled': [
    {
      file: 'gateway/src/node/changes.ts',
      from: "else if (kind === 'recall') onRecall(customerIn(id), id);",
      to: '',
    },
  ],
  // Each gateway may pass the whole limit.
  'the division of rate limits': [
    {
      file: 'billing-core/src/quotas/rate-shares.ts',
      from: 'rate: Math.min(wish.rate, part.rate, free.rate),',
      to: 'rate: limit.rate,',
    },
    {
      file: 'billing-core/src/quotas/rate-shares.ts',
      from: 'burst: Math.min(wish.burst, part.burst, free.burst),',
      to: 'burst: limit.burst,',
    },
  ],
  'the dedup of batches': [
    {
      file: 'billing-core/src/usage/actions.ts',
      from: 'if (sequence < boot.next_sequence) return repeated(tx, boot, header);',
      to: '',
    },
  ],
  'the idempotency keys': [
    {
      file: 'billing-core/src/stripe/once.ts',
      from: 'idempotencyKey: `tollgate:${name}:${call.attempt}`',
      to: 'idempotencyKey: `tollgate:${name}:${Math.random()}`',
    },
  ],
  'the look for what is there': [
    {
      file: 'billing-core/src/stripe/once.ts',
      from: "if (call.state === 'spent' || (call.state === 'trying' && isOld)) {",
      to: "if (call.name === '') {",
    },
  ],
  // Each try is the first one, whatever came before it.
  'the note before a call': [
    {
      file: 'billing-core/src/stripe/once.ts',
      from: 'let call = await firstCall(sql, name, { params, now });',
      to: `const at = new Date(now);
let call = { name, params, attempt: 1, state: 'trying', attempted_at: at, first_at: at,
  stripe_id: null };`,
    },
  ],
} as const satisfies Record<string, readonly Edit[]>;

export type Mechanism = keyof typeof PARTS;

export const TAKEN_OUT: Record<Mechanism, readonly Edit[]> = PARTS;
