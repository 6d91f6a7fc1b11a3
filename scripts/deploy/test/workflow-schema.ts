import { registerHooks } from 'node:module';

/** The package that GitHub's editors read workflows with; its types are not needed here. */
const PARSER = '@actions/workflow-parser';

// It imports its schemas as bundlers do, without saying that they are JSON.
registerHooks({
  load: (url, context, next) =>
    url.endsWith('.json') && url.includes('/@actions/')
      ? next(url, { ...context, importAttributes: { type: 'json' } })
      : next(url, context),
});

interface Parser {
  NoOperationTraceWriter: new () => object;
  parseWorkflow(
    file: { name: string; content: string },
    trace: object,
  ): { context: { errors: { getErrors(): { message: string }[] } }; value: unknown };
  convertWorkflowTemplate(context: unknown, value: unknown): Promise<{ errors?: Told[] }>;
}
type Told = { Message: string };

/** What GitHub would say against a workflow. */
export async function workflowFindings(name: string, content: string): Promise<string[]> {
  const parser = (await import(PARSER)) as Parser;
  const trace = new parser.NoOperationTraceWriter();
  const { context, value } = parser.parseWorkflow({ name, content }, trace);
  const errors = context.errors.getErrors().map(({ message }) => message);
  if (errors.length > 0 || value === undefined) return errors;
  const { errors: more = [] } = await parser.convertWorkflowTemplate(context, value);
  return more.map(({ Message }) => Message);
}
