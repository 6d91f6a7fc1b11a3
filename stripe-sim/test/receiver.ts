import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { afterAll } from 'vitest';

/** What came to a receiver of webhooks. */
export interface Received {
  event: Stripe.Event;
  /** Whether the signature was good for the receiver's secrets. */
  isSigned: boolean;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** Any of them does, as while a secret is rolled. */
  secrets: string[];
  /** What the next answers are; 200 without. */
  statuses: number[];
  /** Called before it answers. */
  onEvent: ((event: Stripe.Event) => Promise<void>) | undefined;
  types(): string[];
}

/** Starts a receiver on a free port that checks signatures with the real SDK. */
export async function startReceiver(): Promise<Receiver> {
  const receiver: Receiver = {
    url: '',
    received: [],
    secrets: [],
    statuses: [],
    onEvent: undefined,
    types: () => receiver.received.map(({ event }) => event.type),
  };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('utf8');
    });
    request.on('end', () => {
      const header = String(request.headers['stripe-signature']);
      const isSigned = receiver.secrets.some((secret) => isGood(body, header, secret));
      const event = JSON.parse(body) as Stripe.Event;
      receiver.received.push({ event, isSigned });
      const status = receiver.statuses.shift() ?? (isSigned ? 200 : 400);
      void (receiver.onEvent?.(event) ?? Promise.resolve()).then(() => {
        response.writeHead(status).end();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  receiver.url = `http://127.0.0.1:${port}/webhooks`;
  return receiver;
}

function isGood(body: string, header: string, secret: string): boolean {
  try {
    new Stripe('sk_test_x').webhooks.constructEvent(body, header, secret);
    return true;
  } catch {
    return false;
  }
}
