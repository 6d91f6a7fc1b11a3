/** A line of a report. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
