import { unscaled } from '../catalog/quantity.ts';
import { count, counted, inSentence } from '../rating/words.ts';
import { exact } from '../rating/decimal.ts';
import type { Threshold } from './thresholds.ts';

/** What customers are told, in words. Pure. */

export type Words = { title: string; body: string; detail: Record<string, string> };

const formats = new Map<string, Intl.DateTimeFormat>();

/** '1 December 2026 at 00:00 (Europe/Berlin)'. In: epoch ms. */
export function timeText(at: number, zone: string): string {
  let format = formats.get(zone);
  if (format === undefined) {
    const style = { dateStyle: 'long', timeStyle: 'short' } as const;
    format = new Intl.DateTimeFormat('en-GB', { ...style, timeZone: zone });
    formats.set(zone, format);
  }
  return `${format.format(at)} (${zone})`;
}

export type Passing = {
  threshold: Threshold;
  percent: number;
  /** Scaled units. */
  used: bigint;
  /** Of a quota that each key has for itself. */
  key: { id: string; name: string } | null;
};

function quotaWords({ threshold, percent, key }: Passing, name: string) {
  const { enforcement, end: at, zone } = threshold;
  const what = `quota of ${name}${key === null ? '' : ` of the key ${key.name}`}`;
  const end = timeText(at, zone);
  const isOver = percent === 100;
  const refused = isOver
    ? `Requests that need more of it are refused until ${end}, when it begins anew.`
    : `What goes beyond it is refused until ${end}, when it begins anew.`;
  const soft = `Nothing is refused beyond it. It begins anew on ${end}.`;
  return {
    title: isOver ? `The ${what} is used up` : `${percent} % of the ${what} is used`,
    next: enforcement === 'soft' ? soft : refused,
  };
}

function includedWords({ threshold, percent }: Passing, name: string) {
  const end = timeText(threshold.end, threshold.zone);
  const isOver = percent === 100;
  const until = isOver ? '' : `They are for the time until ${end}. `;
  return {
    title: isOver
      ? `All included ${name} are used`
      : `${percent} % of the included ${name} are used`,
    next: `${until}What is used beyond them until ${end} is charged as your plan says.`,
  };
}

/** What a customer is told who has used so much of a quota or of included units. */
export function thresholdWords(passing: Passing): Words {
  const { threshold, percent, used, key } = passing;
  const { meter, limit, of, start, end } = threshold;
  const units = (scaledUnits: bigint) => exact(unscaled(scaledUnits, meter.scale));
  const name = inSentence(meter.name);
  const whole = counted(units(limit), meter.name, meter.unit);
  const { title, next } = (of === 'quota' ? quotaWords : includedWords)(passing, name);
  return {
    title,
    body: `${count(units(used))} of ${whole} are used.\n${next}`,
    detail: {
      percent: String(percent),
      meter_id: meter.id,
      used: unscaled(used, meter.scale),
      limit: unscaled(limit, meter.scale),
      start: new Date(start).toISOString(),
      end: new Date(end).toISOString(),
      ...(key && { key_id: key.id }),
      ...(threshold.enforcement && { enforcement: threshold.enforcement }),
    },
  };
}

export type Trial = {
  endsAt: number;
  zone: string;
  plan: string;
  isCanceled: boolean;
  /** It ended before anybody could be told. */
  isOver: boolean;
};

/** What a customer is told whose trial is about to end, or ended while nobody looked. */
export function trialWords({ endsAt, zone, plan, isCanceled, isOver }: Trial): Words {
  const end = timeText(endsAt, zone);
  const detail = { ends_at: new Date(endsAt).toISOString(), plan };
  if (isOver) {
    return {
      title: `Your trial of ${plan} ended on ${end}`,
      body: `The trial of ${plan} ended on ${end}; this comes late.
Since then it costs what the plan says.`,
      detail: { ...detail, late: 'true' },
    };
  }
  const then = isCanceled
    ? 'The subscription ends with it, and nothing is charged.'
    : 'From then on it costs what the plan says.';
  return {
    title: `Your trial of ${plan} ends on ${end}`,
    body: `The trial of ${plan} ends on ${end}.\n${then}`,
    detail,
  };
}
