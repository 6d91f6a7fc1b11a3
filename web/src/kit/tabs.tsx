import { clsx } from 'clsx';
import { useEffect, useRef } from 'react';
import { Link } from './link.tsx';

/** So much of those before the open one is seen, so that one sees that there are some. */
const MORE_PX = 48;

interface Tab {
  id: string;
  label: string;
  href: string;
}

/** Parts of a page, each with its own URL; so they are links, and say which is current. */
export function Tabs({
  label,
  tabs,
  current,
}: {
  label: string;
  tabs: readonly Tab[];
  current: string;
}) {
  const list = useRef<HTMLElement>(null);
  // Where there is no room for all of them, the one that is open is among those in sight.
  useEffect(() => {
    const open = list.current?.querySelector<HTMLElement>('[aria-current]');
    // Not by scrollIntoView, from which on the Tab key would go.
    if (open) open.closest('nav')?.scrollTo({ left: open.offsetLeft - MORE_PX });
  }, [current]);
  return (
    <nav ref={list} aria-label={label} className="mb-5 overflow-x-auto border-b border-line">
      <ul className="flex gap-1">
        {tabs.map((tab) => (
          <li key={tab.id}>
            <Link
              href={tab.href}
              aria-current={tab.id === current ? 'page' : undefined}
              className={clsx(
                'block border-b-2 px-3 py-2 font-medium whitespace-nowrap -outline-offset-2',
                tab.id === current
                  ? 'border-accent text-ink'
                  : 'border-transparent text-ink-soft hover:text-ink',
              )}
            >
              {tab.label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
