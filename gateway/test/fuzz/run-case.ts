import { connect } from 'node:net';
import { type Case } from './mutations.ts';
import { readAnswers, readWire, type Wire } from './wire.ts';

/**
 * After so many beats a connection without an answer or an end was forgotten. They are counted in
 * the loop that serves it: while the machine lets none of it run, none passes.
 */
const BEATS_MAX = 80;
const BEAT_MS = 100;
/** How long it may be silent before it is told that no more comes: of what is no HTTP, ... */
const QUIET_MS = 150;
/** ... and where an answer is owed. */
const PATIENCE_MS = 4_000;

/** What became of one connection. */
export type Told = {
  readonly seed: number;
  readonly sent: string;
  /** The same, read strictly. */
  readonly wire: Wire;
  readonly received: string;
  /** Undefined when it is no HTTP. */
  readonly statuses: number[] | undefined;
  /** What it was waiting for when it was neither answered nor closed in time. */
  readonly waitsFor: string | undefined;
};

/**
 * Sends a case, waits for the answers that are owed to it, says that no more comes, and waits for
 * the end of the connection.
 */
export function runCase(port: number, { seed, writes }: Case): Promise<Told> {
  const sent = writes.join('');
  const wire = readWire(sent);
  const methods = wire.requests.map(({ method }) => method);
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    let received = '';
    let written = false;
    let quiet: NodeJS.Timeout | undefined;
    const owed = wire.requests.length + (wire.rest === 'malformed' ? 1 : 0);
    const got = (): number => readAnswers(received, methods)?.length ?? 0;
    const end = (waitsFor?: string): void => {
      clearInterval(bound);
      clearTimeout(quiet);
      socket.destroy();
      const statuses = readAnswers(received, methods);
      resolve({ seed, sent, wire, received, statuses, waitsFor });
    };
    const waitsFor = (): string => {
      if (socket.connecting) return 'its connection';
      if (!written) return `room for what it sends (${socket.bytesWritten} bytes are written)`;
      const said = socket.writable ? 'more may come' : 'it has said that no more comes';
      return got() < owed ? `answer ${got() + 1} of ${owed}; ${said}` : `the end; ${said}`;
    };
    let beats = 0;
    const bound = setInterval(() => {
      beats += 1;
      if (beats >= BEATS_MAX) end(waitsFor());
    }, BEAT_MS);
    const say = (): void => {
      written = true;
      if (!socket.writable) return;
      clearTimeout(quiet);
      const malformed = wire.rest === 'malformed';
      if (got() >= owed && !malformed) socket.end();
      else quiet = setTimeout(() => socket.end(), malformed ? QUIET_MS : PATIENCE_MS);
    };
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    socket.on('data', (chunk: string) => {
      received += chunk;
      if (written) say();
    });
    socket.on('end', () => socket.end());
    socket.on('close', () => end());
    socket.on('connect', () => void send(socket, writes).then(say));
  });
}

type Writable = { writable: boolean; write(text: string, encoding: 'latin1'): boolean };

/** Each write by itself, so that the other side gets it by itself. */
async function send(socket: Writable, writes: readonly string[]): Promise<void> {
  for (const write of writes) {
    if (!socket.writable) return;
    socket.write(write, 'latin1');
    await new Promise((done) => setImmediate(done));
  }
}
