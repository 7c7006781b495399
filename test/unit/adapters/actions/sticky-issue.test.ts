import { expect, test } from 'vitest';
import { githubPages } from '../../../../src/adapters/actions/github-pages.ts';

interface Issue {
  number: number;
  title: string;
  body: string;
  state: string;
  pull_request?: unknown;
}

/** As much of GitHub as has issues. */
function issues(...there: readonly Issue[]) {
  const all: Issue[] = [...there];
  const pages = githubPages(async (route, parameters = {}) => {
    if (route.startsWith('GET')) return answer(all.filter(({ state }) => state === 'open'));
    const { issue_number: number, ...fields } = parameters;
    if (route.startsWith('PATCH')) Object.assign(all.find((issue) => issue.number === number) ?? {}, fields);
    else all.push({ number: all.length + 1, title: '', body: '', state: 'open', ...fields });
    return answer({});
  });
  return { all, pages };
}

const answer = (data: unknown) => ({ status: 200, headers: {}, data });
const marker = '<!-- fairway:scan/x -->';
const found = { title: '1 finding', body: `${marker}\n\none`, isOpen: true };

test('the first finding opens an issue, the next scan changes it, and a scan without closes it', async () => {
  const { all, pages } = issues();
  await pages.stickyIssue(marker, { ...found, isOpen: false });
  expect(all).toEqual([]);
  await pages.stickyIssue(marker, found);
  await pages.stickyIssue(marker, { ...found, title: '2 findings' });
  expect(all.map(({ title, state }) => [title, state])).toEqual([['2 findings', 'open']]);
  await pages.stickyIssue(marker, { title: 'none', body: marker, isOpen: false });
  expect(all.map(({ title, state }) => [title, state])).toEqual([['none', 'closed']]);
  await pages.stickyIssue(marker, found);
  expect(all.map(({ state }) => state)).toEqual(['closed', 'open']);
});

test('a pull request whose text begins like our issue is left alone', async () => {
  const pull = { number: 1, title: 'a change', body: marker, state: 'open', pull_request: {} };
  const { all, pages } = issues(pull);
  await pages.stickyIssue(marker, found);
  expect(all.map(({ title }) => title)).toEqual(['a change', '1 finding']);
});
