import { sealFactorsAnew, type AuthSecrets } from './auth/factor-seal.ts';
import { forgetExpired } from './auth/jobs.ts';
import { forgetAnswers } from './kit/idempotency.ts';
import type { Job } from './kit/jobs.ts';
import type { Log } from './kit/log.ts';
import { forgetHeadrooms } from './notices/headroom-store.ts';
import { forgetLogged } from './requests/store.ts';

type Kept = { requestLogHours: number; secrets: AuthSecrets; log: Log };

/**
 * What is done each hour: takes away what can never count again, and while AUTH_SECRET is being
 * changed, seals second factors anew: a core of the step before sealed some after this one began.
 */
export const housekeeping = ({ requestLogHours, secrets, log }: Kept): Job => ({
  name: 'kit.housekeeping',
  cron: '7 * * * *',
  retries: 3,
  secondsMax: 300,
  inSteps: async ({ sql, now }) => {
    await forgetAnswers(sql, now);
    await forgetExpired(sql, now);
    await forgetHeadrooms(sql, now);
    await forgetLogged(sql, requestLogHours);
    if (secrets.other !== undefined) await sealFactorsAnew(sql, secrets, log);
  },
});
