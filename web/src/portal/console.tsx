import { useEffect, useRef, useState } from 'react';
import type { ReferencedOperation } from '@tollgate/billing-core/contract/api-document.ts';
import { Button } from '../kit/button.tsx';
import { Snippet } from '../kit/copy.tsx';
import { CONTROL, Field } from '../kit/field.tsx';
import { Card } from '../kit/page.tsx';
import { t } from '../kit/text.ts';
import { ConsoleAnswer } from './console-answer.tsx';
import {
  parameterKey,
  requestFor,
  shellOf,
  type ConsoleRequest,
  type ConsoleValues,
} from './console-request.ts';
import { sendFromPage, type Answer } from './console-send.ts';

interface ConsoleProps {
  operation: ReferencedOperation;
  gatewayUrl: string;
  apiKey: string;
  onKey: (key: string) => void;
}

type Outcome = { answer: Answer } | { unreachable: true } | undefined;

/** A request through the gateway with the customer's own key: metered and billed as any other. */
export function Console({ operation, gatewayUrl, apiKey, onKey }: ConsoleProps) {
  const [values, setValues] = useState(() => startOf(operation));
  const [problem, setProblem] = useState<string>();
  const { outcome, busy, run, stop } = useSending();
  const isOpen = operation.console === 'open';
  const built = requestFor(operation, values, { key: apiKey.trim(), gatewayUrl });
  // For a shell: it has no key in it, so it may name any place.
  const named = { key: operation.public ? '' : 'key', gatewayUrl: operation.url };
  const forShell = requestFor(operation, values, named);
  function submit(event: React.FormEvent): void {
    event.preventDefault();
    const isMissing = !operation.public && apiKey.trim() === '';
    const fault = isMissing ? t('Enter a key') : 'problem' in built ? built.problem : undefined;
    setProblem(fault);
    if (fault === undefined && 'request' in built) run(built.request);
  }
  return (
    <Card
      title={t('Try it')}
      about={t('Requests are real: they are counted and billed as any other.')}
    >
      {!isOpen && <Closed state={operation.console} />}
      <form noValidate aria-label={t('Try it')} onSubmit={submit} className="flex flex-col gap-4">
        {isOpen && <KeyField value={apiKey} onChange={onKey} />}
        <Inputs operation={operation} values={values} onChange={setValues} />
        {problem !== undefined && (
          <p role="alert" className="text-danger">
            {problem}
          </p>
        )}
        {isOpen && (
          <div className="flex flex-wrap gap-2">
            <Button type="submit" tone="primary" busy={busy}>
              {t('Send')}
            </Button>
            {busy && <Button onClick={stop}>{t('Stop')}</Button>}
          </div>
        )}
      </form>
      {outcome && (
        <div className="mt-5" aria-live="polite">
          {'answer' in outcome ? <ConsoleAnswer answer={outcome.answer} /> : <Unreachable />}
        </div>
      )}
      {'request' in forShell && (
        <div className="mt-5">
          <Snippet code={shellOf(forShell.request)} places={[]} label={t('Copy the request')} />
        </div>
      )}
    </Card>
  );
}

function startOf({ parameters, body }: ReferencedOperation): ConsoleValues {
  const entries = parameters.map((one) => [
    parameterKey(one),
    one.example !== '' ? one.example : one.required ? (one.values[0] ?? '') : '',
  ]);
  return { parameters: Object.fromEntries(entries), body: body?.example ?? '' };
}

/** One request at a time; it ends with the page. */
function useSending() {
  const [outcome, setOutcome] = useState<Outcome>();
  const [busy, setBusy] = useState(false);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  function run(request: ConsoleRequest): void {
    const own = new AbortController();
    running.current = own;
    setBusy(true);
    setOutcome(undefined);
    sendFromPage(request, own.signal)
      .then((answer) => setOutcome({ answer }))
      .catch(() => !own.signal.aborted && setOutcome({ unreachable: true }))
      .finally(() => setBusy(false));
  }
  return { outcome, busy, run, stop: () => running.current?.abort() };
}

function Closed({ state }: { state: ReferencedOperation['console'] }) {
  return (
    <p className="mb-4 text-ink-soft text-pretty">
      {state === 'other_host'
        ? t('It is at a host of its own, which this page may not call. Send it from a shell.')
        : t('Its operator does not let this page call it. Send it from a shell.')}
    </p>
  );
}

function Unreachable() {
  return (
    <div role="alert" className="rounded-md bg-warn-soft px-4 py-3 text-warn">
      <p className="font-medium">{t('No answer could be read')}</p>
      <p className="text-pretty">
        {t(
          'The gateway was not reached, it took longer than a minute, the answer was a redirect, ' +
            'or the gateway does not let this page read it. It may have been counted: see Logs.',
        )}
      </p>
    </div>
  );
}

function KeyField({ value, onChange }: { value: string; onChange: (key: string) => void }) {
  return (
    <Field
      label={t('Your key')}
      hint={t('It stays in the memory of this page, and goes to the gateway alone.')}
    >
      {(wiring) => (
        <input
          {...wiring}
          type="password"
          value={value}
          placeholder="tg_live_…"
          autoComplete="off"
          spellCheck={false}
          data-1p-ignore
          data-lpignore="true"
          onChange={(event) => onChange(event.target.value)}
          className={`${CONTROL} h-9 font-mono`}
        />
      )}
    </Field>
  );
}

interface InputsProps {
  operation: ReferencedOperation;
  values: ConsoleValues;
  onChange: (values: ConsoleValues) => void;
}

function Inputs({ operation, values, onChange }: InputsProps) {
  const { parameters, body } = operation;
  const set = (key: string, value: string): void =>
    onChange({ ...values, parameters: { ...values.parameters, [key]: value } });
  return (
    <>
      {parameters.map((one) => {
        const key = parameterKey(one);
        return (
          <ParameterField
            key={key}
            parameter={one}
            value={values.parameters[key] ?? ''}
            onChange={(value) => set(key, value)}
          />
        );
      })}
      {body !== null && (
        <Field
          label={t('Body')}
          hint={[body.content_type, body.description].filter((text) => text !== '').join(' · ')}
        >
          {(wiring) => (
            <textarea
              {...wiring}
              rows={8}
              spellCheck={false}
              value={values.body}
              onChange={(event) => onChange({ ...values, body: event.target.value })}
              className={`${CONTROL} py-2 font-mono text-xs`}
            />
          )}
        </Field>
      )}
    </>
  );
}

interface ParameterProps {
  parameter: ReferencedOperation['parameters'][number];
  value: string;
  onChange: (value: string) => void;
}

const PLACES = { path: t('in the path'), query: t('in the query'), header: t('header') };

function ParameterField({ parameter, value, onChange }: ParameterProps) {
  const { name, required, description, type, values, in: place } = parameter;
  const facts = [PLACES[place], type, required ? t('required') : ''];
  const hint = [facts.filter((text) => text !== '').join(', '), description]
    .filter((text) => text !== '')
    .join(' · ');
  return (
    <Field label={name} hint={hint}>
      {(wiring) =>
        values.length > 0 ? (
          <select
            {...wiring}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            className={`${CONTROL} h-9`}
          >
            {!required && <option value="">{t('not sent')}</option>}
            {values.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        ) : (
          <input
            {...wiring}
            value={value}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => onChange(event.target.value)}
            className={`${CONTROL} h-9`}
          />
        )
      }
    </Field>
  );
}
