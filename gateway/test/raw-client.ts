import { connect, type Socket } from 'node:net';
import { afterEach, vi } from 'vitest';
import { KEY, openRig, type Rig, type RigOptions, WAIT } from './rig.ts';

/** A TCP client that shows exactly what came. */
export class RawClient {
  readonly socket: Socket;
  text = '';
  closed = false;
  /** Whether it was closed by a reset. */
  reset = false;

  constructor(port: number, options: { allowHalfOpen?: boolean } = {}) {
    this.socket = connect({ ...options, port, host: '127.0.0.1' });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (chunk: string) => {
      this.text += chunk;
    });
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.reset = error.code === 'ECONNRESET';
    });
    this.socket.on('close', () => {
      this.closed = true;
    });
  }

  send(text: string): this {
    this.socket.write(text, 'latin1');
    return this;
  }

  async until(pattern: RegExp): Promise<string> {
    await vi.waitFor(() => {
      if (!pattern.test(this.text)) throw new Error(`no ${pattern} in ${this.text.slice(0, 500)}`);
    }, WAIT);
    return this.text;
  }

  async untilClosed(): Promise<string> {
    await vi.waitFor(() => {
      if (!this.closed) throw new Error(`still open after ${this.text.slice(0, 500)}`);
    }, WAIT);
    return this.text;
  }

  close(): void {
    this.socket.destroy();
  }
}

/** A request line and fields with the key, ended by the empty line. */
export const head = (line: string, ...fields: string[]): string =>
  [`${line} HTTP/1.1`, 'Host: api.test', `Authorization: Bearer ${KEY}`, ...fields, '', ''].join(
    '\r\n',
  );

/** Rigs and clients of one test file, closed after each test. */
export function useRigs(): {
  rigOf(options?: RigOptions): Promise<Rig>;
  clientOf(rig: Rig): RawClient;
} {
  const rigs: Rig[] = [];
  const clients: RawClient[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await Promise.all(rigs.splice(0).map((rig) => rig.close()));
  });
  return {
    rigOf: async (options = {}) => {
      const rig = await openRig(options);
      rigs.push(rig);
      return rig;
    },
    clientOf: (rig) => {
      const client = new RawClient(rig.port);
      clients.push(client);
      return client;
    },
  };
}
