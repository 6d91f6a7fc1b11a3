import { stage } from '../stage.ts';

// undici over the virtual network: what the gateway uses of it to speak with core.

type Options = {
  method: string;
  body?: Buffer;
  headersTimeout?: number;
  signal?: AbortSignal;
};

async function exchange(path: string, { method, body, headersTimeout, signal }: Options) {
  const { world, network } = stage();
  const from = world.acting;
  if (!from) throw new Error('nobody is acting');
  const asked = { method, path, body: body ?? null };
  const { status, text } = await network.ask(from, asked, {
    timeoutMs: headersTimeout,
    signal,
  });
  return {
    statusCode: status,
    body: {
      text: async () => text,
      json: async () => JSON.parse(text) as unknown,
      dump: async () => {},
    },
  };
}

export const request = (url: string, options: Options) => exchange(new URL(url).pathname, options);

export class Pool {
  request(options: Options & { path: string }) {
    return exchange(options.path, options);
  }

  /** Exchanges under way go on. */
  async close(): Promise<void> {}

  async destroy(): Promise<void> {}
}
