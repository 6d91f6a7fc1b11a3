import { Dialog as Base } from '@base-ui/react/dialog';
import { clsx } from 'clsx';
import { X } from 'lucide-react';
import { useRef, useState, type ReactNode } from 'react';
import { Button, IconButton } from './button.tsx';
import { FormProblem } from './error-panel.tsx';
import { CONTROL, Field } from './field.tsx';
import { t } from './text.ts';
import { isAsShown } from './typed.ts';

interface DialogProps {
  open: boolean;
  /** Called when people ask to close: Esc, the cross, outside. Ignore it to stay open. */
  onClose: () => void;
  title: string;
  about?: ReactNode;
  /** 'side' is a drawer at the right edge, for details of a row. */
  place?: 'middle' | 'side';
  /** False where a stray click outside must not lose something. */
  closesOutside?: boolean;
  /** Where the focus goes when it closes, if not to what opened it; false: it is left alone. */
  finalFocus?: () => HTMLElement | false;
  children: ReactNode;
}

const BACKDROP = clsx(
  'fixed inset-0 z-40 bg-black/35 transition-opacity duration-150 dark:bg-black/60',
  'data-ending-style:opacity-0 data-starting-style:opacity-0',
);

const PLACES = {
  middle: clsx(
    'top-1/2 left-1/2 max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] max-w-lg',
    '-translate-x-1/2 -translate-y-1/2 rounded-xl border',
    'data-ending-style:scale-[0.98] data-starting-style:scale-[0.98]',
    'data-ending-style:opacity-0 data-starting-style:opacity-0',
  ),
  side: clsx(
    'top-0 right-0 h-dvh w-full max-w-2xl border-l',
    'data-ending-style:translate-x-full data-starting-style:translate-x-full',
  ),
};

/** A modal window, or a drawer. Focus moves in and comes back when it closes. */
export function Dialog(props: DialogProps) {
  const { open, onClose, title, about, place = 'middle', closesOutside = true } = props;
  const { finalFocus, children } = props;
  const body = useRef<HTMLDivElement>(null);
  return (
    <Base.Root
      open={open}
      onOpenChange={(next) => !next && onClose()}
      disablePointerDismissal={!closesOutside}
    >
      <Base.Portal>
        <Base.Backdrop className={BACKDROP} />
        <Base.Popup
          {...(finalFocus && { finalFocus })}
          initialFocus={() => (place === 'middle' ? firstControl(body.current) : null)}
          className={clsx(
            'fixed z-50 flex flex-col border-line bg-raised shadow-xl',
            'transition-[scale,translate,opacity] duration-150 ease-out',
            PLACES[place],
          )}
        >
          <div className="flex items-start justify-between gap-4 px-5 pt-4">
            <div className="min-w-0 pt-1">
              <Base.Title className="text-base font-semibold wrap-anywhere">{title}</Base.Title>
              {about !== undefined && (
                <Base.Description className="mt-1 text-ink-soft text-pretty" render={<div />}>
                  {about}
                </Base.Description>
              )}
            </div>
            <IconButton label={t('Close')} onClick={onClose} className="-mr-2">
              <X aria-hidden />
            </IconButton>
          </div>
          <div ref={body} className="min-h-0 overflow-y-auto wrap-anywhere px-5 pt-3 pb-5">
            {children}
          </div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** Where typing begins; in a question without fields, the way out. */
function firstControl(body: HTMLElement | null): HTMLElement | null {
  return body?.querySelector<HTMLElement>('input, select, textarea, button') ?? null;
}

/** The row of buttons that ends a dialog; the action that moves on comes last. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="mt-5 flex flex-wrap justify-end gap-2">{children}</div>;
}

interface ConfirmProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** What will happen, to whom, and whether it can be undone. */
  consequence: ReactNode;
  confirmLabel: string;
  danger?: boolean;
  /** What has to be typed first, for what nothing brings back. */
  typed?: string;
  /** Throws to keep the dialog open with the error shown. */
  onConfirm: () => Promise<void>;
}

/** Asks before something with consequences; names them. */
export function ConfirmDialog(props: ConfirmProps) {
  const { open, onClose, title, consequence, confirmLabel, danger = false, typed } = props;
  const { onConfirm } = props;
  const [text, setText] = useState('');
  const isTyped = typed === undefined || isAsShown(text, typed);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  function close(): void {
    setError(undefined);
    setText('');
    onClose();
  }
  async function confirm(): Promise<void> {
    if (!isTyped) return;
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      close();
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Dialog open={open} onClose={close} title={title}>
      <div className="text-ink-soft text-pretty">{consequence}</div>
      {typed !== undefined && <ToType typed={typed} text={text} onText={setText} />}
      {error !== undefined && (
        <div className="mt-3">
          <FormProblem error={error} />
        </div>
      )}
      <DialogActions>
        <Button onClick={close}>{t('Cancel')}</Button>
        <Button
          tone={danger ? 'danger' : 'primary'}
          busy={busy}
          disabled={!isTyped}
          onClick={() => void confirm()}
        >
          {confirmLabel}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

interface ToTypeProps {
  typed: string;
  text: string;
  onText: (text: string) => void;
}

function ToType({ typed, text, onText }: ToTypeProps) {
  return (
    <div className="mt-4">
      <Field label={t('Type {text} to confirm', { text: typed })}>
        {(wiring) => (
          <input
            {...wiring}
            value={text}
            onChange={(event) => onText(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            className={clsx(CONTROL, 'h-9 font-mono')}
          />
        )}
      </Field>
    </div>
  );
}
