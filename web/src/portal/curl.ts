import type { Endpoint } from '@tollgate/billing-core/contract/overview.ts';

/** @returns a request for the shell; the key comes from the environment, not from the page. */
export function curlOf(endpoint: Endpoint): string {
  const [method = '*'] = endpoint.methods;
  const verb = method === '*' || method === 'GET' ? '' : ` -X ${method}`;
  const url = quoted(beginning(endpoint.url));
  return `curl${verb} '${url}' \\\n  -H "Authorization: Bearer $TOLLGATE_KEY"`;
}

/** What the pattern's wildcard stands for is the caller's to add; a star would go upstream. */
function beginning(url: string): string {
  return url.replace(/\*$/, '');
}

/** A single quote can't stand inside single quotes: close, escape, reopen. */
function quoted(text: string): string {
  return text.replaceAll("'", String.raw`'\''`);
}
