import { lazy, Suspense, useEffect, useState } from 'react';

interface Options {
  description?: string;
}

type Show = (sonner: typeof import('sonner')) => void;

let deliver: ((show: Show) => void) | undefined;
const waiting: Show[] = [];

function post(show: Show): void {
  if (deliver === undefined) waiting.push(show);
  else deliver(show);
}

/** Short news about what just happened. Errors that need an answer belong into the page. */
export const toast = {
  done(title: string, options: Options = {}): void {
    post((sonner) => sonner.toast.success(title, options));
  },
  error(title: string, options: Options = {}): void {
    post((sonner) => sonner.toast.error(title, options));
  },
};

const LazyToaster = lazy(async () => {
  const sonner = await import('sonner');
  return { default: () => <sonner.Toaster position="bottom-right" gap={8} closeButton /> };
});

/** Where toasts appear. sonner is loaded with the first toast, not with the first page. */
export function Toaster() {
  const [wanted, setWanted] = useState(waiting.length > 0);
  useEffect(() => {
    deliver = (show) => {
      setWanted(true);
      void import('sonner').then(show);
    };
    for (const show of waiting.splice(0)) deliver(show);
    return () => {
      deliver = undefined;
    };
  }, []);
  return <Suspense>{wanted && <LazyToaster />}</Suspense>;
}
