import type { Endpoint } from '@tollgate/billing-core/contract/overview.ts';
import { requestOf, template, type Request } from './curl.ts';

export const LANGUAGES = ['curl', 'js', 'python', 'go'] as const;
export type Language = (typeof LANGUAGES)[number];

/** @returns the same request in this language; the key comes from the environment everywhere. */
export function snippetOf(endpoint: Endpoint, language: Language): Request {
  const { code, places } = requestOf(endpoint);
  if (language === 'curl') return { code, places };
  const [first = '*'] = endpoint.methods;
  const call = {
    method: first === '*' ? 'GET' : first,
    url: JSON.stringify(template(endpoint.url)),
  };
  return { code: WRITERS[language](call), places };
}

interface Call {
  method: string;
  /** In double quotes, as all three languages read them. */
  url: string;
}

const WRITERS: Record<Exclude<Language, 'curl'>, (call: Call) => string> = {
  js: ({ method, url }) =>
    [
      `const response = await fetch(${url}, {`,
      ...(method === 'GET' ? [] : [`  method: '${method}',`]),
      '  headers: { Authorization: `Bearer ${process.env.TOLLGATE_KEY}` },',
      '});',
      'console.log(response.status, await response.text());',
    ].join('\n'),
  python: ({ method, url }) =>
    [
      'import os, requests',
      '',
      'response = requests.request(',
      `    "${method}", ${url},`,
      '    headers={"Authorization": "Bearer " + os.environ["TOLLGATE_KEY"]},',
      ')',
      'print(response.status_code, response.text)',
    ].join('\n'),
  go: ({ method, url }) =>
    [
      'package main',
      '',
      'import (',
      '\t"fmt"',
      '\t"io"',
      '\t"net/http"',
      '\t"os"',
      ')',
      '',
      'func main() {',
      `\trequest, _ := http.NewRequest("${method}", ${url}, nil)`,
      '\trequest.Header.Set("Authorization", "Bearer "+os.Getenv("TOLLGATE_KEY"))',
      '\tresponse, err := http.DefaultClient.Do(request)',
      '\tif err != nil {',
      '\t\tpanic(err)',
      '\t}',
      '\tdefer response.Body.Close()',
      '\tbody, _ := io.ReadAll(response.Body)',
      '\tfmt.Println(response.StatusCode, string(body))',
      '}',
    ].join('\n'),
};
