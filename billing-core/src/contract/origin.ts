/** `https://*.example.com` allows every name below, not the name itself. */
function matches(pattern: string, origin: string): boolean {
  const star = pattern.indexOf('*.');
  if (star === -1) return pattern === origin;
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  if (!origin.startsWith(before) || !origin.endsWith(after)) return false;
  const name = origin.slice(before.length, origin.length - after.length);
  return /^[a-z0-9\-._]+$/.test(name);
}

/** Whether scripts of this origin may read answers of a route with this rule. */
export const allowsOrigin = (
  { origins }: { readonly origins: readonly string[] },
  origin: string,
): boolean => origins.some((pattern) => pattern === '*' || matches(pattern, origin));
