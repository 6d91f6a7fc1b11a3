import { unscaled } from '../catalog/quantity.ts';
import type { QuotaScope, WindowKind } from '../contract/facts.ts';
import { timeText } from '../notices/words.ts';
import { exact } from '../rating/decimal.ts';
import { count, inSentence } from '../rating/words.ts';

/** What customers are told of quotas that are raised, in words. Pure. */

export type Told = { title: string; body: string };

export type Quota = {
  meter: { name: string; scale: number };
  window: WindowKind;
  scope: QuotaScope;
};

const EACH: Record<WindowKind, string> = {
  minute: 'a minute',
  hour: 'an hour',
  day: 'a day',
  month: 'a month',
  billing_period: 'a billing period',
};

const named = ({ meter, scope }: Quota): string =>
  `quota of ${inSentence(meter.name)}${scope === 'key' ? ' of each key' : ''}`;

/** '20,000 a day'. In: scaled units. */
const sized = ({ meter, window }: Quota, limit: bigint): string =>
  `${count(exact(unscaled(limit, meter.scale)))} ${EACH[window]}`;

export type Raise = { limit: bigint; endsAt: Date | null; planLimit: bigint; zone: string };

const until = ({ endsAt, zone }: Raise): string =>
  endsAt === null ? '' : ` until ${timeText(endsAt.getTime(), zone)}`;

/** It is raised, or what it was raised to is another one. */
export function raisedWords(quota: Quota, raise: Raise): Told {
  const plan = sized(quota, raise.planLimit);
  const then = raise.endsAt === null ? '' : `\nFrom then on it is what your plan has: ${plan}.`;
  return {
    title: `Your ${named(quota)} is now ${sized(quota, raise.limit)}`,
    body: `It is ${sized(quota, raise.limit)}${until(raise)}; your plan has ${plan}.${then}`,
  };
}

/** It is what the plan has again. */
export function endedWords(quota: Quota, raise: Raise): Told {
  return {
    title: `Your ${named(quota)} is ${sized(quota, raise.planLimit)} again`,
    body: `It was raised to ${sized(quota, raise.limit)} for a time, which is over.`,
  };
}

type Answered = { granted: boolean; answer: string; asked: bigint; raise: Raise | undefined };

/** What was asked for is answered; `raise`: with this. */
export function answerWords(quota: Quota, { granted, answer, asked, raise }: Answered): Told {
  const about = `You asked for ${sized(quota, asked)}.`;
  const said = answer === '' ? '' : `\n${answer}`;
  if (raise !== undefined) {
    const { title, body } = raisedWords(quota, raise);
    return { title, body: `${about} ${body}${said}` };
  }
  const title = `Your request for a larger ${named(quota)} was ${granted ? 'granted' : 'declined'}`;
  return { title, body: `${about}${said}` };
}
