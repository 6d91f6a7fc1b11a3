import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHost, readTarget } from '@tollgate/billing-core/contract/request-path.ts';

describe('a target that two servers could read in two ways is refused', () => {
  it.each([
    ['dot segment', '/a/./b'],
    ['parent segment', '/a/../b'],
    ['final parent segment', '/a/..'],
    ['encoded dot', '/a/%2e%2e/b'],
    ['encoded dot, upper case', '/a/%2E/b'],
    ['one encoded dot in a name', '/a%2ejs'],
    ['half encoded parent', '/a/.%2e/b'],
    ['encoded slash', '/a%2fb'],
    ['encoded slash, upper case', '/a%2Fb'],
    ['backslash', '/a\\b'],
    ['encoded backslash', '/a%5cb'],
    ['parent with parameter', '/a/..;/b'],
    ['parent with named parameter', '/a/..;x=1/b'],
    ['parent with encoded parameter', '/a/..%3b/b'],
    ['dot with parameter', '/a/.;/b'],
    ['segment of a parameter only', '/a/;x/b'],
    ['empty segment', '/a//b'],
    ['leading empty segment', '//a'],
    ['two final slashes', '/a//'],
    ['encoded NUL', '/a%00b'],
    ['encoded newline', '/a%0ab'],
    ['encoded DEL', '/a%7f'],
    ['double encoding', '/a%252fb'],
    ['overlong slash', '/a%c0%afb'],
    ['overlong dot', '/%c0%ae%c0%ae/b'],
    ['overlong, three bytes', '/%e0%80%af'],
    ['surrogate', '/%ed%a0%80'],
    ['cut sequence', '/%c3'],
    ['stray continuation', '/%80'],
    ['beyond Unicode', '/%f4%90%80%80'],
    ['percent without digits', '/a%'],
    ['percent with one digit', '/a%2'],
    ['percent with letters', '/a%zz'],
    ['raw UTF-8', '/caf\u00c3\u00a9'],
    ['space', '/a b'],
    ['tab', '/a\tb'],
    ['fragment', '/a#b'],
    ['fragment in the query', '/a?b#c'],
    ['control character in the query', '/a?\u0001'],
    ['bracket', '/a[b]'],
    ['no path', 'a'],
    ['asterisk', '*'],
    ['authority form', 'api.test:443'],
    ['empty', ''],
    ['other host', 'http://other.test/a'],
    ['other port', 'http://api.test:81/a'],
    ['user in the authority', 'http://x@api.test/a'],
    ['other scheme', 'ftp://api.test/a'],
  ])('%s: %s', (_name, target) => {
    expect(readTarget(target, 'api.test')).toBeUndefined();
  });
});

describe('a plain target is taken as it is', () => {
  it.each([
    ['/', [], ''],
    ['/a', ['a'], ''],
    ['/a/', ['a'], ''],
    ['/a/b?x=1&y=%2e%2e//', ['a', 'b'], '?x=1&y=%2e%2e//'],
    ['/a?', ['a'], '?'],
    ['/%41%C3%A9', ['A\u00e9'], ''],
    ['/100%25', ['100%'], ''],
    ['/a.b/...x/..y', ['a.b', '...x', '..y'], ''],
    ["/-._~!$&'()*+,=:@", ["-._~!$&'()*+,=:@"], ''],
  ])('%s', (target, segments, query) => {
    const path = readTarget(target, 'api.test')!;
    expect(path.segments).toEqual(segments);
    expect(path.query).toBe(query);
    expect(path.raw + path.query).toBe(target);
    expect(path.bare).toBeUndefined();
  });

  it('reads parameters both ways', () => {
    expect(readTarget('/a;v=1/b%3Bc', '')).toMatchObject({
      segments: ['a;v=1', 'b;c'],
      bare: ['a', 'b'],
    });
  });

  it('takes the absolute form of its own host', () => {
    expect(readTarget('http://API.test/a?b', 'api.TEST')).toMatchObject({ raw: '/a', query: '?b' });
    expect(readTarget('http://api.test?b', 'api.test')).toMatchObject({ raw: '/', query: '?b' });
  });
});

it('whatever is taken, no common reading of it leaves the path that was read', () => {
  const part = fc.constantFrom(
    '/',
    '.',
    '..',
    ';',
    '%2e',
    '%2f',
    '%5c',
    '%25',
    '2e',
    '%c0%ae',
    'a',
    'b',
    '%41',
    '\\',
    '?',
    '%',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const target = `/${parts.join('')}`;
      const path = readTarget(target, '');
      if (!path) return;
      // The WHATWG reading, which resolves dot segments, encoded ones too.
      expect(new URL(`http://h${target}`).pathname).toBe(path.raw);
      for (const segment of [...path.segments, ...(path.bare ?? [])]) {
        expect(segment).not.toMatch(/^\.{0,2}$|[/\\\0]/);
      }
    }),
    { numRuns: 3_000 },
  );
});

describe('host', () => {
  it.each([
    ['api.test', 'api.test'],
    ['API.Test:8080', 'api.test'],
    ['api.test.', 'api.test'],
    ['127.0.0.1:80', '127.0.0.1'],
    ['[::1]:80', '[::1]'],
    ['', ''],
  ])('%s is %s', (field, host) => expect(readHost(field)).toBe(host));
  it.each(['a b', 'a/b', 'a@b', 'a,b', 'a..b', '.a', 'a:b', 'a:123456', '[x]', 'a?b', 'a#b'])(
    '%s is malformed',
    (field) => expect(readHost(field)).toBeUndefined(),
  );
});
