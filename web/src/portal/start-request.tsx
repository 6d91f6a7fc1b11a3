import { clsx } from 'clsx';
import type { Overview } from '@tollgate/billing-core/contract/overview.ts';
import { Choice } from '../kit/choice.tsx';
import { Snippet } from '../kit/copy.tsx';
import { useUrlState } from '../kit/link.tsx';
import { t } from '../kit/text.ts';
import { LANGUAGES, snippetOf, type Language } from './snippets.ts';

const NAMES: Record<Language, string> = {
  curl: 'curl',
  js: 'JavaScript',
  python: 'Python',
  go: 'Go',
};

/** How a shell is told of the key; the same in any language. */
const SETTING = 'export TOLLGATE_KEY=tg_live_…';

/** One request in four languages; which endpoint and language is in the URL. */
export function RequestToCopy({ overview }: { overview: Overview }) {
  const [search, merge] = useUrlState();
  const { endpoints } = overview;
  const endpoint = endpoints.find(({ route_id: id }) => id === search['route']) ?? endpoints[0];
  const language = LANGUAGES.find((one) => one === search['lang']) ?? 'curl';
  if (endpoint === undefined) {
    return (
      <p className="text-ink-soft">
        {t('The operator of this API has not opened a route to you yet.')}
      </p>
    );
  }
  const { code, places } = snippetOf(endpoint, language);
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end gap-3">
        {endpoints.length > 1 && (
          <Choice
            label={t('Endpoint')}
            value={endpoint.route_id}
            options={endpoints.map(({ route_id: value, name: label }) => ({ value, label }))}
            onChange={(route) => merge({ route })}
          />
        )}
        <Languages chosen={language} onChoose={(lang) => merge({ lang })} />
      </div>
      <Snippet
        code={code}
        places={places}
        label={t('Copy the request in {language}', { language: NAMES[language] })}
      />
      <p className="text-[0.8125rem] wrap-anywhere text-ink-soft">
        {t('The key comes from the environment:')}{' '}
        <code className="font-mono text-xs">{SETTING}</code>
        {places.length > 0 && (
          <> {t('Replace {places} before you send it.', { places: places.join(', ') })}</>
        )}
      </p>
      {endpoint.missing_features.length > 0 && (
        <p className="text-[0.8125rem] text-warn">
          {t('It is refused until your plan has: {features}', {
            features: endpoint.missing_features.join(', '),
          })}
        </p>
      )}
    </div>
  );
}

interface LanguagesProps {
  chosen: Language;
  onChoose: (language: Language) => void;
}

function Languages({ chosen, onChoose }: LanguagesProps) {
  return (
    <div role="group" aria-label={t('Language')} className="flex rounded-md bg-sunken p-0.5">
      {LANGUAGES.map((language) => (
        <button
          key={language}
          type="button"
          aria-pressed={language === chosen}
          onClick={() => onChoose(language)}
          className={clsx(
            'h-8 rounded px-2.5 text-[0.8125rem] font-medium',
            language === chosen ? 'bg-surface text-ink shadow-xs' : 'text-ink-soft hover:text-ink',
          )}
        >
          {NAMES[language]}
        </button>
      ))}
    </div>
  );
}
