import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button, IconButton } from './button.tsx';
import { t } from './text.ts';
import { toast } from './toast.tsx';

const CONFIRMED_MS = 2000;

/** @returns whether the text is on the clipboard now. Plain http origins have no clipboard. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    toast.error(t('Could not copy'), { description: t('Select the text and copy it by hand.') });
    return false;
  }
}

function useCopied(): [boolean, () => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), CONFIRMED_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, () => setCopied(true)];
}

interface CopyProps {
  text: string;
  /** Names what is copied: 'Copy request id'. */
  label: string;
  onCopied?: () => void;
}

/** Copies with one click and says so. */
export function CopyButton({ text, label, onCopied }: CopyProps) {
  const [copied, confirm] = useCopied();
  async function run(): Promise<void> {
    if (!(await copy(text))) return;
    confirm();
    onCopied?.();
  }
  return (
    <>
      <IconButton label={label} onClick={() => void run()}>
        {copied ? <Check className="text-ok" aria-hidden /> : <Copy aria-hidden />}
      </IconButton>
      <span role="status" className="sr-only">
        {copied ? t('Copied') : ''}
      </span>
    </>
  );
}

/** The same with its name written on it, for the one thing on a page that must be copied. */
export function CopyTextButton({ text, label, onCopied }: CopyProps) {
  const [copied, confirm] = useCopied();
  async function run(): Promise<void> {
    if (!(await copy(text))) return;
    confirm();
    onCopied?.();
  }
  return (
    <Button tone="primary" onClick={() => void run()}>
      {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
      {copied ? t('Copied') : label}
    </Button>
  );
}

interface SnippetProps {
  code: string;
  label: string;
  /** Parts of the code that are not meant literally; they are set apart. */
  places?: readonly string[];
}

/** Code that wraps, with a copy button. */
export function Snippet({ code, label, places = [] }: SnippetProps) {
  return (
    <div className="flex items-start gap-1 rounded-md border border-line bg-sunken py-1 pr-1 pl-3">
      <code className="min-w-0 flex-1 py-1.5 font-mono text-xs wrap-anywhere whitespace-pre-wrap">
        {piecesOf(code, places).map((piece, at) =>
          places.includes(piece) ? (
            <mark key={at} className="rounded-sm bg-warn-soft px-0.5 text-warn">
              {piece}
            </mark>
          ) : (
            piece
          ),
        )}
      </code>
      <CopyButton text={code} label={label} />
    </div>
  );
}

/** @returns the code cut before and after each of its places. */
function piecesOf(code: string, places: readonly string[]): string[] {
  return places.reduce(
    (pieces, place) =>
      pieces.flatMap((piece) =>
        places.includes(piece)
          ? [piece]
          : piece.split(place).flatMap((rest, at) => (at === 0 ? [rest] : [place, rest])),
      ),
    [code],
  );
}
