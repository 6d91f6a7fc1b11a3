import type { Duplex } from 'node:stream';
import type { RawHeaders } from '../../core/headers.ts';
import type { RequestBody } from '../request-body.ts';

/** What is asked of an upstream. */
export type Asked = {
  readonly method: string;
  readonly path: string;
  /** Without those of the connection, which the link writes itself. */
  readonly headers: RawHeaders;
  readonly body: RequestBody | null;
  /** The protocol to go on with, if the upstream agrees. */
  readonly upgrade?: 'websocket' | null;
};

/** Who asked, told what becomes of it; after the last three nothing more comes. */
export interface Asker {
  informed(status: number, raw: RawHeaders): void;
  answered(status: number, reason: string, raw: RawHeaders): void;
  received(chunk: Buffer): void;
  ended(rawTrailers: RawHeaders): void;
  failed(error: Error): void;
  /** The upstream agreed; the connection is the asker's from here on. */
  upgraded(raw: RawHeaders, socket: Duplex): void;
}

/** The connection that a request has got for itself, until it ends. */
export interface Hold {
  pause(): void;
  resume(): void;
  /** Cuts it; nobody is told. */
  cut(): void;
}

/** One who asks, and who may have given up while it waited for a connection. */
export interface Caller extends Asker {
  readonly over: boolean;
  /** It has a connection: the request is about to be written. */
  begun(hold: Hold): void;
}
