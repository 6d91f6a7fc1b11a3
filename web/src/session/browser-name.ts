/** What calls itself so, the more special one first: all say that they are others as well. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/\b(Headless)?Chrome\//, 'Chrome'],
  [/\bVersion\/.*Safari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];
const CHARS_MAX = 60;

/**
 * @param agent what a browser sent as User-Agent.
 * @returns 'Firefox, Windows'; of what is none of these the beginning of its own words.
 */
export function browserName(agent: string | null): string | undefined {
  if (agent === null || agent.trim() === '') return undefined;
  const known = [BROWSERS, SYSTEMS].flatMap(
    (list) => list.find(([pattern]) => pattern.test(agent))?.[1] ?? [],
  );
  return known.length > 0 ? known.join(', ') : agent.slice(0, CHARS_MAX);
}
