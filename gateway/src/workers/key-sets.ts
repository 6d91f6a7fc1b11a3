import { waitUntil } from 'cloudflare:workers';
import { KeySets } from '../core/key-sets.ts';

const TIMEOUT_MS = 3_000;
const BYTES_MAX = 256 * 1024;

async function bytesOf(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > BYTES_MAX) throw new Error(`over ${BYTES_MAX} bytes`);
    parts.push(part);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

export type KeySetsHost = {
  /** Whether this origin may be asked. */
  readonly mayAsk: (origin: string) => boolean;
  readonly now: () => number;
};

/** The keys of issuers, as one isolate knows them. */
export function openKeySets({ mayAsk, now }: KeySetsHost): KeySets {
  const read = async (url: string): Promise<unknown> => {
    if (!mayAsk(new URL(url).origin)) throw new Error('the issuer has a private address');
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await fetch(url, { redirect: 'manual', signal });
    const bytes = answer.body ? await bytesOf(answer.body) : new Uint8Array();
    if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
    return JSON.parse(new TextDecoder().decode(bytes));
  };
  return new KeySets({ read, now, pause: (ms) => scheduler.wait(ms), behind: waitUntil });
}
