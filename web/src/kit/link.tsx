import { useRouter, useRouterState } from '@tanstack/react-router';
import type { ComponentProps, MouseEvent } from 'react';

type LinkProps = Omit<ComponentProps<'a'>, 'href'> & { href: string };

/** An anchor to a path from `paths.ts`; opens without a page load, and in a new tab when asked. */
export function Link({ href, onClick, children, ...rest }: LinkProps) {
  const go = useGo();
  function follow(event: MouseEvent<HTMLAnchorElement>): void {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(href);
  }
  return (
    <a {...rest} href={href} onClick={follow}>
      {children}
    </a>
  );
}

/** @returns a function that leads to a path from `paths.ts`. */
export function useGo(): (href: string, options?: { replace?: boolean }) => void {
  const router = useRouter();
  return (href, options) => {
    if (options?.replace === true) router.history.replace(href);
    else router.history.push(href);
  };
}

/** @returns the path and the search of the page in view. */
export function usePlace(): { pathname: string; href: string } {
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const href = useRouterState({ select: (state) => state.location.href });
  return { pathname, href };
}

type Search = Readonly<Record<string, string | undefined>>;

/**
 * The page's state in its URL. @returns the search as plain strings, and a function that merges
 * a patch into it (undefined removes); filters replace the history entry instead of piling up.
 */
export function useUrlState(): [Search, (patch: Search) => void] {
  const router = useRouter();
  const search = useRouterState({ select: (state) => state.location.searchStr });
  const current = Object.fromEntries(new URLSearchParams(search));
  function merge(patch: Search): void {
    const params = new URLSearchParams(router.state.location.searchStr);
    for (const [name, value] of Object.entries(patch)) {
      if (value === undefined || value === '') params.delete(name);
      else params.set(name, value);
    }
    const text = params.toString();
    const { pathname } = router.state.location;
    router.history.replace(text === '' ? pathname : `${pathname}?${text}`);
  }
  return [current, merge];
}
