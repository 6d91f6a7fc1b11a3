import { useQuery } from '@tanstack/react-query';
import { FastForward } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../kit/button.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { formatInstantExact } from '../kit/format.ts';
import { t } from '../kit/text.ts';
import { AdvanceForm } from './advance-form.tsx';
import { testClockQuery } from './queries.ts';

/** Where the installation is for tests: its time, and the way to move it. Otherwise nothing. */
export function TestClockBar() {
  const [asking, setAsking] = useState(false);
  const { data } = useQuery(testClockQuery);
  if (data === undefined || !data.enabled) return null;
  return (
    <section
      aria-label={t('Test clock')}
      className="mb-5 flex flex-wrap items-center justify-between gap-2 rounded-md bg-warn-soft px-4 py-2 text-warn"
    >
      <p className="figures">
        {t('Test installation: it is {time}', { time: formatInstantExact(data.now) })}
      </p>
      <Button size="sm" onClick={() => setAsking(true)}>
        <FastForward aria-hidden />
        {t('Move time forward…')}
      </Button>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t('Move time forward')}
        about={t('Trials end, periods renew and quotas begin anew, for all. It never goes back.')}
      >
        {asking && (
          <AdvanceForm
            label={t('Move time forward')}
            path="/v1/test-clock/advance"
            now={data.now}
            said={(time) => t('It is {time}', { time })}
            onClose={() => setAsking(false)}
          />
        )}
      </Dialog>
    </section>
  );
}
