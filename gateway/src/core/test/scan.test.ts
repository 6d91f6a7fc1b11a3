import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventScan } from '../event-scan.ts';
import { pointerTree } from '../json-pointer.ts';
import { JsonScan } from '../json-scan.ts';
import { plainReading, type Reading } from '../value.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The same bytes in pieces, cut where the numbers say. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted(
    (a, b) => a - b,
  );
  return [0, ...places].map((from, at) => bytes.subarray(from, places[at] ?? bytes.length));
}

type Scanned = (Reading | undefined)[] | undefined;
function scanJson(text: string, pointers: string[], cuts: readonly number[] = []): Scanned {
  const scan = new JsonScan(pointerTree(pointers));
  for (const piece of pieces(bytesOf(text), cuts)) scan.feed(piece);
  return scan.finish();
}
function scanEvents(text: string, pointers: string[], cuts: readonly number[] = []) {
  const scan = new EventScan(pointerTree(pointers));
  for (const piece of pieces(bytesOf(text), cuts)) scan.feed(piece);
  return scan.finish();
}

/** What RFC 6901 says stands there, by way of JSON.parse. */
function resolve(document: unknown, pointer: string): unknown {
  let value = document;
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) value = /^(0|[1-9]\d*)$/.test(name) ? value[Number(name)] : undefined;
    else if (typeof value === 'object' && value !== null && Object.hasOwn(value, name)) {
      value = (value as Record<string, unknown>)[name];
    } else return undefined;
  }
  return value;
}

const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
function pointersIn(value: unknown, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [at];
  const below = Object.entries(value).flatMap(([key, of]) =>
    pointersIn(of, `${at}/${escaped(key)}`),
  );
  return [at, ...below];
}

const AMBIGUOUS: Reading = { fault: 'ambiguous' };
const cuts = fc.array(fc.nat(), { maxLength: 8 });
// Without backslashes: once a name is one, JSON.parse of V8 14.6 takes other escapes for it.
const key = fc.oneof(
  fc.constantFrom('usage', 'a/b', '~', '', '0', '1', '"', 'ü', '\n'),
  fc.string({ maxLength: 5 }).filter((name) => !name.includes('\\')),
);
const document = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false, 'text', '12.5', 'ü"\\'),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(key, tie('any'), { maxKeys: 4 }),
  ),
})).any;

describe('a JSON document is searched as JSON.parse would read it', () => {
  test('every pointer into any document, however it is cut', () => {
    fc.assert(
      fc.property(document, cuts, fc.boolean(), (value, at, indent) => {
        const text = JSON.stringify(value, null, indent ? 2 : 0);
        const parsed: unknown = JSON.parse(text);
        const pointers = pointersIn(parsed);
        const found = scanJson(text, pointers, at);
        expect(found).toBeDefined();
        for (const [id, pointer] of pointers.entries()) {
          const is = resolve(parsed, pointer);
          const reading = found?.[id];
          if (is === null) expect(reading).toBeUndefined();
          else if (typeof is === 'object' || typeof is === 'boolean') {
            expect(reading).toEqual({ fault: 'not_a_number' });
          } else if (typeof is === 'string') expect(reading).toEqual(plainReading(is));
          else expect(Number((reading as { text: string }).text)).toBe(is);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('what JSON.parse refuses is no document, and what it takes is one', () => {
    const broken = fc
      .tuple(document, fc.nat(), fc.constantFrom(...'{}[]",:\\01-.eE+tfn x\n'), fc.boolean())
      .map(([value, place, letter, cut]) => {
        const text = JSON.stringify(value);
        const at = place % (text.length + 1);
        return cut
          ? text.slice(0, at) + text.slice(at + 1)
          : text.slice(0, at) + letter + text.slice(at);
      });
    fc.assert(
      fc.property(broken, cuts, (text, at) => {
        let takes = true;
        try {
          JSON.parse(text);
        } catch {
          takes = false;
        }
        expect(scanJson(text, ['/usage'], at) !== undefined).toBe(takes);
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    ['no value of a name that comes twice', '{"a":1,"a":2}', '/a', AMBIGUOUS],
    ['also when both are the same', '{"a":1,"b":[],"a":1}', '/a', AMBIGUOUS],
    ['also when it comes a third time', '{"a":1,"a":2,"a":3}', '/a', AMBIGUOUS],
    ['also when one is null', '{"a":null,"a":1}', '/a', AMBIGUOUS],
    ['also in another spelling', '{"a":1,"\\u0061":2}', '/a', AMBIGUOUS],
    ['also on the way to it', '{"a":{"b":1},"a":{}}', '/a/b', AMBIGUOUS],
    ['also when only the second has it', '{"a":{},"a":{"b":1}}', '/a/b', AMBIGUOUS],
    ['also deep in it', '{"a":[{"b":1,"b":2}]}', '/a/0/b', AMBIGUOUS],
    ['one of a name beside it', '{"x":1,"a":3,"x":2}', '/a', { text: '3' }],
    ['one of each object of a list', '[{"a":1},{"a":2}]', '/1/a', { text: '2' }],
    ['one of an object within', '{"a":{"a":4}}', '/a/a', { text: '4' }],
    ['a name in escapes', '{"\\u0061":1}', '/a', { text: '1' }],
    ['an item', '[[1,2],[3,4]]', '/1/0', { text: '3' }],
    ['no item by another spelling', '[1]', '/00', undefined],
    ['no item behind the end', '[1]', '/-', undefined],
    ['the whole document', ' 12.50 ', '', { text: '12.50' }],
    ['a number as it was written', '{"a":1.10E+2}', '/a', { text: '1.10E+2' }],
    ['a decimal as text', '{"a":"0.1"}', '/a', { text: '0.1' }],
    ['no text of any length', `{"a":"${'1'.repeat(300)}"}`, '/a', { fault: 'not_a_number' }],
    ['behind a byte order mark', '\uFEFF{"a":1}', '/a', { text: '1' }],
    ['behind 400 levels', `${'['.repeat(400)}${']'.repeat(400)}`, '/a', undefined],
    ['a name that is a backslash', '{"\\n":1,"\\\\":2}', '/\\', { text: '2' }],
  ])('%s', (_name, text, pointer, reading) => {
    expect(scanJson(text, [pointer])?.[0]).toEqual(reading);
  });

  test('a bomb of levels is no document', () => {
    expect(scanJson('['.repeat(100_000), ['/a'])).toBeUndefined();
  });
});

describe('of an event stream the last event that has it counts', () => {
  const chat = [
    ': ping',
    '',
    'event: delta',
    'data: {"choices":[{"delta":{"content":"data: 7"}}],"usage":null}',
    'id: 1',
    '',
    'data: {"choices":[],"usage":{"prompt_tokens":17,"completion_tokens":5}}',
    '',
    'data: [DONE]',
    '',
    '',
  ];
  const TOKENS = ['/usage/prompt_tokens', '/usage/completion_tokens'];

  test.each(['\n', '\r\n', '\r'])('whatever lines end with: %j', (end) => {
    const found = scanEvents(chat.join(end), TOKENS);
    expect(found).toEqual([{ text: '17' }, { text: '5' }]);
  });

  test('however the stream is cut', () => {
    fc.assert(
      fc.property(cuts, fc.constantFrom('\n', '\r\n', '\r'), (at, end) => {
        expect(scanEvents(chat.join(end), TOKENS, at)).toEqual([{ text: '17' }, { text: '5' }]);
      }),
    );
  });

  test.each([
    ['a later one', 'data: {"n":1}\n\ndata: {"n":2}\n\n', { text: '2' }],
    ['not a later one without it', 'data: {"n":1}\n\ndata: {"m":2}\n\n', { text: '1' }],
    ['not a later one that is null', 'data: {"n":1}\n\ndata: {"n":null}\n\n', { text: '1' }],
    ['a later bad one', 'data: {"n":1}\n\ndata: {"n":{}}\n\n', { fault: 'not_a_number' }],
    ['several lines of data', 'data: {"n":\ndata: 3\ndata: }\n\n', { text: '3' }],
    ['no line break within a text', 'data: {"x":"\ndata: ","n":3}\n\n', undefined],
    ['data without a space', 'data:{"n":4}\n\n', { text: '4' }],
    ['data with two spaces', 'data:  {"n":4}\n\n', { text: '4' }],
    ['no other field', 'datum: {"n":4}\nda: {"n":4}\nDATA: {"n":4}\n\n', undefined],
    ['no comment', ':data: {"n":4}\n\n', undefined],
    ['no event that no blank line ended', 'data: {"n":5}', undefined],
    ['nor one whose line ended', 'data: {"n":4}\n\ndata: {"n":5}\n', { text: '4' }],
    ['no event that was cut off', 'data: {"n":5}\n\ndata: {"n":6', { text: '5' }],
    ['behind a byte order mark', '\uFEFFdata: {"n":6}\n\n', { text: '6' }],
    ['empty data lines', 'data\ndata:\ndata: {"n":7}\ndata:\n\n', { text: '7' }],
  ])('%s', (_name, text, reading) => {
    for (let cut = 0; cut <= text.length; cut++) {
      expect(scanEvents(text, ['/n'], [cut])[0]).toEqual(reading);
    }
  });
});
