/**
 * Those of a line of Accept-Encoding (RFC 9110 section 12.5.3) that are `readable`: where a body
 * says what it costs, a client must not have it in a coding that hides this. `*` would allow any.
 */
export function readableCodings(line: string, readable: ReadonlySet<string>): string {
  const kept: string[] = [];
  for (const part of line.split(',')) {
    const member = part.trim();
    const [coding = ''] = member.split(';', 1);
    if (readable.has(coding.trim().toLowerCase())) kept.push(member);
  }
  return kept.length > 0 ? kept.join(', ') : 'identity';
}
