import { readMigrateConfig } from './config.ts';
import { migrate } from './kit/migrate.ts';

// Nobody listening has an empty message and only a code.
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.message || String((error as NodeJS.ErrnoException).code);
  return text.replaceAll(/\s*\n\s*/g, ' ');
}

try {
  const count = await migrate(readMigrateConfig().databaseUrl);
  console.log(`${count} migration${count === 1 ? '' : 's'} applied`);
} catch (error) {
  process.stderr.write(`migrate: ${reason(error)}\n`);
  process.exitCode = 1;
}
