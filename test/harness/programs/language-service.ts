/** Prints what GitHub's own language service says about the files on the command line: `[{ file, messages }]`. */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { basename } from 'node:path';

// Its packages import JSON without saying so, which Node refuses.
registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
});

const { TextDocument } = await import('vscode-languageserver-textdocument');
const { validate } = await import('@actions/languageservice/validate');
const { validateAction } = await import('@actions/languageservice/validate-action');
const { NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');

const results = [];
for (const file of process.argv.slice(2)) {
  const content = readFileSync(file, 'utf8');
  const isAction = basename(file) === 'action.yml';
  const name = isAction ? 'action.yml' : `.github/workflows/${basename(file)}`;
  const document = TextDocument.create(`file:///${name}`, 'yaml', 1, content);
  const said = await (isAction ? validateAction(document) : validate(document));
  const parsed = isAction
    ? []
    : parseWorkflow({ name, content }, new NoOperationTraceWriter()).context.errors.getErrors();
  results.push({
    file: basename(file),
    messages: [
      ...said.map(
        ({ range, message }) => `${range.start.line + 1}: ${typeof message === 'string' ? message : message.value}`,
      ),
      ...parsed.map((error) => error.message),
    ],
  });
}
process.stdout.write(JSON.stringify(results));
