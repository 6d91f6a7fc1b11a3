import { readFileSync } from 'node:fs';

/** One request as its client saw it; a line of the load's log. Times in ms since the epoch. */
export type Asked = {
  /** Goes along to the upstream. */
  id: string;
  /** Id of the API key. */
  key: string;
  gateway: number;
  at: number;
  done: number;
  /** Its bytes were given to a connection; false when none could be made. */
  sent: boolean;
  /** 0 when no answer began. */
  status: number;
  /** All of the answer arrived. */
  complete: boolean;
  /** The upstream made the answer; else the gateway did, with this code. */
  served: boolean;
  code: string | null;
  /** Of the answer's body. */
  bytes: number;
};

/** One request as the upstream saw it; a line of its log, written before it answers. */
export type Served = {
  id: string;
  key: string;
  at: number;
  status: number;
  bytes: number;
};

/** The lines of a log; its writer has ended, or has been asked to finish. */
export function readLog<Line extends Asked | Served>(path: string): Line[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}
