import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPages, escape } from '../src/pages.js';

test('markup in a name is shown and not run', () => {
  assert.equal(escape(`<b>"it's" & more</b>`), '&lt;b&gt;&quot;it&#39;s&quot; &amp; more&lt;/b&gt;');
});

test('a page without its built assets says what to do', () => {
  assert.throws(() => createPages({}).index([]), /run "node build\.js"/);
});
