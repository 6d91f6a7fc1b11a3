/** @returns what a field for addresses holds, one by one: by commas, spaces or lines. */
export const listOf = (text: string): string[] =>
  text.split(/[\s,]+/).filter((entry) => entry !== '');
