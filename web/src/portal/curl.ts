import type { Endpoint } from '../kit/api-types.ts';

/** @returns a request for the shell; the key comes from the environment, not from the page. */
export function curlOf(endpoint: Endpoint): string {
  const [method = '*'] = endpoint.methods;
  const verb = method === '*' || method === 'GET' ? '' : ` -X ${method}`;
  return `curl${verb} '${quoted(endpoint.url)}' -H "Authorization: Bearer $TOLLGATE_KEY"`;
}

/** A single quote can't stand inside single quotes: close, escape, reopen. */
function quoted(text: string): string {
  return text.replaceAll("'", String.raw`'\''`);
}
