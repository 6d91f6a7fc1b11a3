import { ResponseFault } from '../response-head.ts';
import { ResponseParser } from '../response-parser.ts';

/** What a parser tells of one response. */
export type Read = {
  interim: number[];
  status: number | undefined;
  reason: string;
  fields: string[];
  body: string;
  trailers: string[] | undefined;
  reusable: boolean;
  /** Bytes behind the response. */
  rest: number;
  fault: string | undefined;
};

type How = { method?: string; upgradable?: boolean; closes?: boolean };

/** Reads these pieces as the response to one request; `closes`: then the connection ends. */
export function readPieces(pieces: readonly Buffer[], how: How = {}): Read {
  const read: Read = {
    interim: [],
    status: undefined,
    reason: '',
    fields: [],
    body: '',
    trailers: undefined,
    reusable: false,
    rest: 0,
    fault: undefined,
  };
  const parser = new ResponseParser({
    interim: ({ status }) => read.interim.push(status),
    head: ({ status, reason, fields, reusable }) =>
      Object.assign(read, { status, reason, fields, reusable }),
    body: (bytes) => (read.body += bytes.toString('latin1')),
    end: (trailers) => (read.trailers = trailers),
  });
  parser.expect(how.method ?? 'GET', how.upgradable ?? false);
  try {
    for (const piece of pieces) read.rest += piece.length - parser.feed(piece);
    if (how.closes && !parser.close() && read.trailers === undefined) read.fault = 'cut off';
  } catch (error) {
    if (!(error instanceof ResponseFault)) throw error;
    read.fault = error.message;
  }
  return read;
}

export const readText = (text: string, how?: How): Read =>
  readPieces([Buffer.from(text, 'latin1')], how);
