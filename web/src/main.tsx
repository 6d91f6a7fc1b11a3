import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { setSignedOutHandler } from './kit/api.ts';
import { paths, safeReturnTo } from './kit/paths.ts';
import { createQueryClient } from './kit/query.tsx';
import './kit/theme.css';
import { Toaster } from './kit/toast.tsx';
import { createAppRouter } from './router.tsx';

const queries = createQueryClient();
const router = createAppRouter(queries);

setSignedOutHandler(() => {
  const { href, pathname } = router.state.location;
  if (pathname === paths.signIn()) return;
  router.history.replace(paths.signIn(safeReturnTo(href)));
  queries.clear();
});

// A deploy replaces the hashed files an open tab still points to; one reload fetches the new
// index. The guard keeps a file that is really missing from reloading for ever.
addEventListener('vite:preloadError', (event) => {
  const RELOADED_AS = 'tollgate.reloaded';
  if (sessionStorage.getItem(RELOADED_AS) === location.href) return;
  event.preventDefault();
  sessionStorage.setItem(RELOADED_AS, location.href);
  location.reload();
});

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

createRoot(root).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
        <Toaster />
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
);
