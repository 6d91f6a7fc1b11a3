// Loaded before a program of the product: takes out the mechanism that TAKEN_OUT names.
import { registerHooks } from 'node:module';
import { type Edit, type Mechanism, TAKEN_OUT } from '../rig/taken-out.ts';

const mechanism = process.env['TAKEN_OUT'] as Mechanism;
const left = new Set<Edit>(TAKEN_OUT[mechanism]);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const edits = [...left].filter(({ file }) => url.endsWith(`/${file}`));
    let source = String(loaded.source);
    for (const edit of edits) {
      if (source.split(edit.from).length !== 2) throw new Error(`${edit.file} has changed`);
      source = source.replace(edit.from, () => edit.to);
      left.delete(edit);
    }
    return edits.length === 0 ? loaded : { ...loaded, source };
  },
});
