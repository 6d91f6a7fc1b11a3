import type { ApiContext } from '../kit/http.ts';
import { CLIENT_ADDRESS_HEADER } from './sign-in.ts';

const PASSED_ON = ['cookie', 'origin', 'referer', 'user-agent', 'sec-fetch-site', 'sec-fetch-mode'];
const USER_AGENT_CHARS_MAX = 300;
const HEADER_CHARS_MAX = 8_192;

const limitOf = (name: string): number =>
  name === 'user-agent' ? USER_AGENT_CHARS_MAX : HEADER_CHARS_MAX;

/** What of a browser's request sign-in is given, with the address that it came from. */
export function browserHeaders(c: ApiContext, address: string): Headers {
  const headers = new Headers({ 'content-type': 'application/json' });
  for (const name of PASSED_ON) {
    const value = c.req.header(name);
    if (value !== undefined) headers.set(name, value.slice(0, limitOf(name)));
  }
  headers.set(CLIENT_ADDRESS_HEADER, address);
  return headers;
}
