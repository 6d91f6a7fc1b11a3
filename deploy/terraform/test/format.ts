/**
 * What `terraform fmt` would change in a file, as far as our files go: indents, blank lines and
 * the columns of `=`. In: HCL without heredocs and without comments at the end of a line.
 */
export function formatFindings(text: string): string[] {
  const lines = text.split('\n');
  const found: string[] = [];
  if (!text.endsWith('}\n')) found.push('end: one newline after the last block');
  let depth = 0;
  lines.forEach((line, at) => {
    const say = (what: string): number => found.push(`${at + 1}: ${what}`);
    if (/\s$/.test(line)) say('space at its end');
    if (line.includes('\t')) say('a tab');
    if (line === '' && (at === 0 || lines[at - 1] === '') && at + 1 < lines.length) say('blank');
    const bare = withoutText(line);
    const opened = bare.replaceAll(/[^[({]/g, '').length;
    const closed = bare.replaceAll(/[^\])}]/g, '').length;
    const indent = 2 * Math.max(0, depth - (/^\s*[\])}]/.test(bare) ? 1 : 0));
    if (line !== '' && /^ */.exec(line)?.[0].length !== indent) say(`indent is not ${indent}`);
    depth += Math.sign(opened - closed);
  });
  return [...found, ...columnFindings(lines)];
}

// Brackets in text and in comments open nothing.
const withoutText = (line: string): string =>
  line.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').replace(/#.*/, '');

// Only lines that end what they begin stand in columns, and nothing between them.
function columnFindings(lines: readonly string[]): string[] {
  const found: string[] = [];
  let group: { at: number; name: string; gap: string }[] = [];
  const close = (): void => {
    const width = Math.max(0, ...group.map(({ name }) => name.length));
    for (const { at, name, gap } of group) {
      if (gap.length !== width - name.length + 1) found.push(`${at}: = is out of its column`);
    }
    group = [];
  };
  lines.forEach((line, at) => {
    const match = /^ *([\w-]+|"[^"]+")( +)= \S/.exec(line);
    const bare = withoutText(line);
    const open = bare.replaceAll(/[^[({]/g, '').length - bare.replaceAll(/[^\])}]/g, '').length;
    if (!match) return close();
    if (open === 0)
      return void group.push({ at: at + 1, name: match[1] ?? '', gap: match[2] ?? '' });
    close();
    if (match[2] !== ' ') found.push(`${at + 1}: = is out of its column`);
  });
  close();
  return found;
}
