/** W3C Trace Context: which span of which trace a request is a part of. */

const IDS = '(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}';
// Versions above 00 may say more behind the flags.
const FIELD = new RegExp(`^(?:00-${IDS}|(?!00|ff)[0-9a-f]{2}-${IDS}(?:-.*)?)$`);
const FLAGS_KNOWN = 0b11;
/** The flag that says: it is recorded. */
export const SAMPLED = 0b01;

export type TraceParent = {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** Whether it is recorded, and whether its id is random. */
  readonly flags: number;
};

/** Whether this is the value of a `traceparent` field that one may go on with. */
export const isTraceParent = (text: string): boolean => FIELD.test(text);

/** What a `traceparent` field says; undefined when that is nothing. */
export function readTraceParent(text: string): TraceParent | undefined {
  if (!isTraceParent(text)) return undefined;
  // Each part has its place, in every version.
  const flags = Number.parseInt(text.slice(53, 55), 16) & FLAGS_KNOWN;
  return { traceId: text.slice(3, 35), spanId: text.slice(36, 52), flags };
}

/** The field for whoever is asked as a part of this span. */
export const traceParentText = ({ traceId, spanId, flags }: TraceParent): string =>
  `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, '0')}`;
