import { readMigrateConfig } from './config.ts';
import { migrate } from './kit/migrate.ts';

const count = await migrate(readMigrateConfig().databaseUrl);
console.log(`${count} migration${count === 1 ? '' : 's'} applied`);
