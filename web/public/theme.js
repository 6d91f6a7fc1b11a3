// Runs before the first paint so that a chosen theme never flashes the other one.
// A file, not an inline script: the CSP allows none.
try {
  const theme = localStorage.getItem('tollgate.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the system's theme applies.
}
