import { clsx } from 'clsx';
import { Menu as MenuIcon, Search } from 'lucide-react';
import {
  Fragment,
  lazy,
  Suspense,
  useEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import { IconButton } from './button.tsx';
import { Keyboard, PaletteButton } from './keyboard/keyboard.tsx';
import { showPanel } from './keyboard/panel.ts';
import { withJumps, type Find } from './keyboard/place.ts';
import { Link, usePlace } from './link.tsx';
import { useAccent, useBrandName, useLogo } from './brand.ts';
import { SupportLink } from './support-link.tsx';
import { t } from './text.ts';
import { useShownZone } from './zone.ts';

// Where there is room for the menu beside the page it is never loaded.
const Sheet = lazy(async () => ({ default: (await import('./sheet.tsx')).Sheet }));

export interface NavItem {
  href: string;
  label: string;
  icon: ReactNode;
  /** The letter that leads there after `g`. */
  jump?: string;
  /** Current also on the pages below it. */
  deep?: boolean;
  /** How many new things are there; also beside the menu where that is closed. */
  count?: number;
  /** What is counted, for who does not see it; 'new' unless said. */
  counted?: string;
}

interface ShellProps {
  /** Which side this is, under the name of the product: the customer, or 'Admin'. */
  context: ReactNode;
  nav: readonly NavItem[];
  /** What the palette finds beside pages. */
  find?: Find;
  /** The signed-in person's menu. */
  account: ReactNode;
  children: ReactNode;
}

/** The frame of every signed-in page: a sidebar, or a bar with a sheet when it is narrow. */
export function Shell({ context, nav, find, account, children }: ShellProps) {
  const main = useRef<HTMLElement>(null);
  const { pathname } = usePlace();
  const zone = useShownZone();
  const places = useMemo(() => withJumps(nav), [nav]);
  useFocusOnNavigation(main);
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[15rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-accent focus:px-3 focus:py-2 focus:text-accent-ink"
      >
        {t('Skip to content')}
      </a>
      <TopBar key={pathname} news={nav.find(({ count = 0 }) => count > 0)}>
        <Sidebar context={context} nav={nav} account={account} />
      </TopBar>
      <aside className="sticky top-0 hidden h-dvh flex-col border-r border-line bg-surface p-3 md:flex">
        <Sidebar context={context} nav={nav} account={account}>
          <PaletteButton />
        </Sidebar>
      </aside>
      <main
        id="main"
        ref={main}
        tabIndex={-1}
        className="mx-auto w-full max-w-6xl min-w-0 px-4 py-6 sm:px-6 lg:px-8 lg:py-8"
      >
        {/* Times are made of text: in another zone the page is drawn anew. */}
        <Fragment key={zone}>{children}</Fragment>
      </main>
      <Keyboard places={places} find={find} />
    </div>
  );
}

type SidebarProps = Omit<ShellProps, 'children' | 'find'> & { children?: ReactNode };

function Sidebar({ context, nav, account, children }: SidebarProps) {
  return (
    <>
      <div className="mb-1 hidden px-2 py-1 md:block">
        <Brand />
      </div>
      <div className="mb-3">{context}</div>
      {children}
      <Navigation nav={nav} />
      <div className="mt-auto border-t border-line pt-2">
        <SupportLink className="block truncate px-2.5 py-1.5" />
        {account}
      </div>
    </>
  );
}

/** The name of the business and its logo, and its colour on the page. */
export function Brand() {
  const name = useBrandName();
  const logo = useLogo();
  useAccent();
  return (
    <span className="inline-flex max-w-full min-w-0 items-center gap-2 font-semibold tracking-tight">
      <img src={logo} alt="" className="size-6 shrink-0 object-contain" />
      <span className="min-w-0 truncate">{name}</span>
    </span>
  );
}

function Navigation({ nav }: { nav: readonly NavItem[] }) {
  const { pathname } = usePlace();
  return (
    // In a low window the pages scroll, and the account stays where it is.
    <nav aria-label={t('Pages')} className="-mx-1 min-h-0 overflow-y-auto px-1">
      <ul className="flex flex-col gap-0.5">
        {nav.map((item) => {
          const here = pathname === item.href;
          const below = item.deep === true && pathname.startsWith(`${item.href}/`);
          return (
            <li key={item.href}>
              <Link
                href={item.href}
                aria-current={here ? 'page' : below ? 'true' : undefined}
                className={clsx(
                  'flex min-h-9 items-center gap-2.5 rounded-md px-2.5 font-medium [&_svg]:size-4',
                  here || below
                    ? 'bg-accent-soft text-accent'
                    : 'text-ink-soft hover:bg-sunken hover:text-ink',
                )}
              >
                {item.icon}
                {item.label}
                <NewThings item={item} />
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

const COUNTED_MAX = 99;

/** '3', or '99+'; nothing for none. */
function NewThings({ item: { count = 0, counted = t('new') } }: { item: NavItem }) {
  if (count === 0) return null;
  const shown = count > COUNTED_MAX ? `${COUNTED_MAX}+` : String(count);
  return (
    <span className="ml-auto rounded-full bg-accent px-1.5 text-xs font-semibold text-accent-ink">
      {shown}
      <span className="sr-only"> {counted}</span>
    </span>
  );
}

function TopBar({ children, news }: { children: ReactNode; news: NavItem | undefined }) {
  const [open, setOpen] = useState<boolean>();
  return (
    <header className="sticky top-0 z-30 flex h-13 items-center gap-2 border-b border-line bg-surface px-3 md:hidden">
      <IconButton
        label={t('Open the menu')}
        className="size-9"
        aria-haspopup="dialog"
        aria-expanded={open === true}
        onClick={() => setOpen(true)}
      >
        <MenuIcon aria-hidden />
      </IconButton>
      <Suspense>
        {open !== undefined && (
          <Sheet open={open} onClose={() => setOpen(false)} head={<Brand />}>
            {children}
          </Sheet>
        )}
      </Suspense>
      <Brand />
      <IconButton
        label={t('Go to…')}
        className="ml-auto size-9"
        onClick={() => showPanel('palette')}
      >
        <Search aria-hidden />
      </IconButton>
      {news && (
        <Link
          href={news.href}
          className="flex h-9 items-center gap-1.5 rounded-md px-2 text-ink-soft hover:text-ink [&_svg]:size-4"
        >
          {news.icon}
          <span className="sr-only">{news.label}</span>
          <NewThings item={news} />
        </Link>
      )}
    </header>
  );
}

/** A new page is announced by moving focus to it, as a page load would. */
function useFocusOnNavigation(main: React.RefObject<HTMLElement | null>): void {
  const { pathname } = usePlace();
  const seen = useRef(pathname);
  useEffect(() => {
    if (seen.current === pathname) return;
    seen.current = pathname;
    main.current?.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }, [pathname, main]);
}
