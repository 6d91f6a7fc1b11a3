import { expect } from 'vitest';
import { openSignIn } from '../../src/auth/sign-in.ts';
import { INVITE, sendInvitation } from '../../src/customers/invitation-letter.ts';
import { tokenOf } from '../../src/customers/invitations.ts';
import { startJobs } from '../../src/kit/jobs.ts';
import { openLog } from '../../src/kit/log.ts';
import type { DirectLetter, Mail } from '../../src/kit/mail.ts';
import {
  customerWith,
  openCore,
  person,
  PORTAL,
  type Answer,
  type Core,
  type Person,
} from '../../src/test/core.ts';

export const UNKNOWN = '0'.repeat(24);
/** Of the core of tests, too: links that this scene makes are those that core made. */
const SECRET = 'a secret of the tests, long enough';

/** A customer with Ann as its owner. */
export type Team = { id: string; path: string; ann: Person };

export type Scene = {
  core: Core;
  /** Letters that left. */
  letters: DirectLetter[];
  /** What the mail server does with the next ones; it takes them unless said. */
  mailServer: { says: (() => void) | undefined };
  team(): Promise<Team>;
  /** Sends the letter of an invitation, as its job does. */
  send(id: string, round?: number): Promise<void>;
  /** Ann invites this address. Out: what the link of the letter ends with. */
  invited(team: Team, email: string, role?: string): Promise<string>;
  close(): Promise<void>;
};

export const told = ({ status, body }: Answer) => [status, body['code']];

/** What the link of a letter ends with. */
export const linkIn = (letter: { text: string } | undefined): string =>
  decodeURIComponent(/\/invitation\?token=(\S+)/.exec(letter?.text ?? '')?.[1] ?? '');

/** A core, and letters of invitations that a test sends by hand. */
export async function openScene(): Promise<Scene> {
  const core = await openCore();
  const letters: DirectLetter[] = [];
  const mailServer: Scene['mailServer'] = { says: undefined };
  const mail: Mail = {
    send: () => {},
    deliver: async (letter) => {
      mailServer.says?.();
      letters.push(letter);
    },
    settled: async () => {},
  };
  const log = openLog('test', 'silent');
  const clock = (): number => core.clock.now;
  const kit = { sql: core.sql, clock, log };
  const signIn = openSignIn({ ...kit, mail, publicUrl: PORTAL, secret: SECRET });
  // There is a queue then, and nobody who sends but the test.
  const jobs = startJobs(kit, [{ name: INVITE, retries: 0, secondsMax: 60, inSteps: asleep }]);
  await jobs.begun;
  const post = { sql: core.sql, mail, publicUrl: PORTAL };
  const send: Scene['send'] = (id, round = 1) =>
    sendInvitation(
      { ...post, tokenOf: (row) => tokenOf(signIn, row) },
      { id, round, now: clock() },
    );
  return {
    core,
    letters,
    mailServer,
    send,
    team: async () => {
      const ann = await person(core);
      const { id } = await customerWith(core, { owner: ann });
      return { id, path: `/portal/v1/customers/${id}`, ann };
    },
    invited: async ({ path, ann }, email, role = 'developer') => {
      const made = await ann.call('POST', `${path}/invitations`, { email, role });
      expect(made.status, made.text).toBe(201);
      await send(made.body['id'] as string);
      return linkIn(letters.at(-1));
    },
    close: async () => {
      await jobs.stop();
      await core.close();
    },
  };
}

const asleep = async (): Promise<void> => {};
