// `npm run build`: the portal as static files.
import { buildWeb } from './start/web-build.ts';

await buildWeb();
