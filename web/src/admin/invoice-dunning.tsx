import { useState } from 'react';
import type { Dunning, DunningStep } from '@tollgate/billing-core/contract/dunning.ts';
import type { Invoice } from '@tollgate/billing-core/contract/invoice.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog } from '../kit/dialog.tsx';
import { Card, Facts } from '../kit/page.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { toast } from '../kit/toast.tsx';

interface DunningProps {
  invoice: Invoice;
  dunning: Dunning;
  path: string;
  onDone: () => Promise<void>;
}

type Verb = 'remind' | 'pause' | 'resume';

export const STEP_NAMES: Record<DunningStep['kind'], string> = {
  past_due: t('Past due'),
  reminder: t('Reminder'),
  effect: t('The plan’s choice'),
  asked_reminder: t('Reminder, asked for'),
  paused: t('Paused'),
  resumed: t('Resumed'),
  ended: t('Nothing is owed'),
};
const ACTIONS: Record<NonNullable<DunningStep['action']>, string> = {
  keep: t('requests go on'),
  limit: t('a lower rate'),
  block: t('requests are refused'),
};
const STATES: Record<Dunning['state'], string> = {
  running: t('Running'),
  paused: t('Paused'),
  ended: t('Ended'),
};
const LABELS: Record<Verb, string> = {
  remind: t('Remind now'),
  pause: t('Pause dunning'),
  resume: t('Resume dunning'),
};
const CONSEQUENCES: Record<Verb, string> = {
  remind: t('The customer is told now, beside the reminders that come by themselves.'),
  pause: t('No step comes, and requests pass as if it were paid, until it is resumed.'),
  resume: t('Steps go on where they were; the time of the pause does not count.'),
};
const OFFERED: Record<Dunning['state'], readonly Verb[]> = {
  running: ['remind', 'pause'],
  paused: ['remind', 'resume'],
  ended: [],
};

/** What is done because an invoice is not paid in time, and what comes next. */
export function InvoiceDunning({ invoice, dunning, path, onDone }: DunningProps) {
  const [asked, setAsked] = useState<Verb>();
  const { state, next, owed_since, steps } = dunning;
  const facts = [
    { name: t('State'), value: STATES[state] },
    { name: t('Owed since'), value: <Instant iso={owed_since} /> },
    { name: t('Next step'), value: next ? <Next next={next} /> : t('none') },
  ];
  return (
    <Card
      title={t('Dunning')}
      actions={OFFERED[state].map((verb) => (
        <Button key={verb} size="sm" onClick={() => setAsked(verb)}>
          {LABELS[verb]}
        </Button>
      ))}
    >
      <Facts facts={facts} />
      <ol className="mt-4 divide-y divide-line border-t border-line">
        {steps.map((step, at) => (
          <Step key={`${step.kind} ${at}`} step={step} />
        ))}
      </ol>
      {asked !== undefined && (
        <ConfirmDialog
          open
          onClose={() => setAsked(undefined)}
          title={t('{deed} for {name}?', { deed: LABELS[asked], name: invoice.number ?? '' })}
          consequence={CONSEQUENCES[asked]}
          confirmLabel={LABELS[asked]}
          onConfirm={async () => {
            await api(`${path}/dunning/${asked}`, { method: 'POST' });
            await onDone();
            toast.done(t('Done'));
          }}
        />
      )}
    </Card>
  );
}

function Next({ next }: { next: NonNullable<Dunning['next']> }) {
  return (
    <span data-testid="next-step">
      {STEP_NAMES[next.kind]}, <Instant iso={next.at} />
    </span>
  );
}

function Step({ step }: { step: DunningStep }) {
  const what = step.action === null ? '' : `: ${ACTIONS[step.action]}`;
  return (
    <li className="flex flex-wrap justify-between gap-x-6 gap-y-1 py-2">
      <span className="min-w-0 wrap-anywhere">
        {STEP_NAMES[step.kind]}
        {what}
        {step.tells && <span className="text-ink-soft"> · {t('the customer is told')}</span>}
      </span>
      <Instant iso={step.taken_at} />
    </li>
  );
}
