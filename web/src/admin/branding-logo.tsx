import { useQueryClient } from '@tanstack/react-query';
import type { ShownBranding } from '@tollgate/billing-core/contract/branding.ts';
import { useRef, useState } from 'react';
import { api } from '../kit/api.ts';
import { settingsQuery } from '../kit/brand.ts';
import { Button } from '../kit/button.tsx';
import { FormProblem } from '../kit/error-panel.tsx';
import { Card } from '../kit/page.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';

const PATH = '/v1/branding/logo';
const BYTES_MAX = 32 * 1024;
const TYPES = 'image/png,image/jpeg,image/webp';

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

interface LogoProps {
  logo: string | null;
  onChanged: (branding: ShownBranding) => void;
}

/** The picture beside the name: what it is, another one, or none. */
export function LogoCard({ logo, onChanged }: LogoProps) {
  const input = useRef<HTMLInputElement>(null);
  const queries = useQueryClient();
  const [problem, setProblem] = useState<unknown>();
  const [tooLarge, setTooLarge] = useState(false);
  async function change(call: () => Promise<ShownBranding>, done: string): Promise<void> {
    setProblem(undefined);
    try {
      onChanged(await call());
      await queries.invalidateQueries({ queryKey: settingsQuery.queryKey });
      toast.done(done);
    } catch (error) {
      setProblem(error);
    }
  }
  async function choose(file: File | undefined): Promise<void> {
    setTooLarge(file !== undefined && file.size > BYTES_MAX);
    if (file === undefined || file.size > BYTES_MAX) return;
    const body = { image: await base64Of(file) };
    await change(() => api(PATH, { method: 'PUT', body }), t('Logo saved'));
  }
  return (
    <Card title={t('Logo')} className="mt-4 max-w-2xl">
      <div className="flex flex-col gap-3">
        {problem !== undefined && <FormProblem error={problem} />}
        <div className="flex flex-wrap items-center gap-4">
          <img
            src={logo === null ? '/icon.svg' : `/api${logo}`}
            alt={logo === null ? t('The product’s own') : t('The logo now')}
            className="size-12 object-contain"
          />
          {logo !== null && (
            <Button
              size="sm"
              onClick={() =>
                void change(() => api(PATH, { method: 'DELETE' }), t('Logo taken away'))
              }
            >
              {t('Take the logo away')}
            </Button>
          )}
        </div>
        <div className="flex flex-col items-start gap-1.5">
          <input
            ref={input}
            type="file"
            accept={TYPES}
            aria-label={t('Another picture')}
            className="sr-only"
            tabIndex={-1}
            onChange={(event) => {
              void choose(event.target.files?.[0]);
              event.target.value = '';
            }}
          />
          <Button onClick={() => input.current?.click()}>{t('Choose a file…')}</Button>
          {tooLarge && (
            <p role="alert" className="text-[0.8125rem] text-danger">
              {t('It is over 32 KiB')}
            </p>
          )}
          <p className="text-[0.8125rem] text-ink-soft">
            {t('PNG, JPEG or WebP, up to 32 KiB; a square is shown largest.')}
          </p>
        </div>
      </div>
    </Card>
  );
}
