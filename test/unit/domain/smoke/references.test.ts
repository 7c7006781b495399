import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPlausible } from '../../../../src/domain/smoke/asset-kind.ts';
import { pageReferences, stylesheetReferences } from '../../../../src/domain/smoke/references.ts';

const page = 'http://shop/a/';
const found = (html: string): string[] =>
  pageReferences(html, page).map(({ url, kind }) => `${kind} ${url.replace('http://shop', '')}`);

describe('what a browser loads for', () => {
  test.each([
    ['<link rel="stylesheet" href=/app.css>', ['stylesheet /app.css']],
    ["<LINK REL='shortcut icon' HREF='/favicon.ico'>", ['image /favicon.ico']],
    ['<link rel=preload as=font href=f.woff2 crossorigin>', ['font /a/f.woff2']],
    ['<link rel=modulepreload href=/m.js><link rel=manifest href=/m.json>', ['script /m.js', 'manifest /m.json']],
    ['<script defer src="/app.js?v=1&amp;w=2#x"></script>', ['script /app.js?v=1&w=2']],
    [
      '<img src=a.png srcset="b.png 2x, /w_1,h_2/c.png 480w">',
      ['image /a/a.png', 'image /a/b.png', 'image /w_1,h_2/c.png'],
    ],
    ['<picture><source srcset=x.avif><img src=x.png></picture>', ['image /a/x.avif', 'image /a/x.png']],
    [
      '<video src=v.mp4 poster=p.jpg><source src=w.webm></video>',
      ['media /a/v.mp4', 'image /a/p.jpg', 'media /a/w.webm'],
    ],
    ['<style>a{background:url("bg.png")}</style>', ['any /a/bg.png']],
    ['<p style="background:url(b.png)">', ['any /a/b.png']],
    ['<base href="/static/"><base href=/no/><img src=x.png>', ['image /static/x.png']],
    ['<img src=//cdn.example/x.png>', ['image http://cdn.example/x.png']],
    ['<img src=x.png><img src="x.png#again">', ['image /a/x.png']],
  ])('%s', (html, expected) => {
    expect(found(html)).toEqual(expected);
  });
});

describe('what it does not load:', () => {
  test.each([
    '<a href=/page>x</a><link rel=canonical href=/c><link rel="alternate stylesheet" href=/d.css>',
    '<!-- <script src=/old.js></script> <!-- --><img src="">',
    '<script>document.write("<img src=/never.png>")</script>',
    '<script type="application/json" src=/data.json></script>',
    '<noscript><img src=/pixel.gif></noscript><textarea><img src=/typed.png></textarea>',
    '<img src="data:image/gif;base64,R0lGOD"><img src="blob:x"><use href="#icon">',
    '<script src="http://[broken/"></script><img src',
    '<!-- never closed <img src=/x.png>',
  ])('%s', (html) => {
    expect(found(html)).toEqual([]);
  });
});

test('a stylesheet loads what it imports and names, relative to itself', () => {
  const css = `@import "base.css"; @import url('/print.css') print;
    @namespace svg url(http://www.w3.org/2000/svg);
    /* url(commented.png) */ .quote::before { content: "url(text.png)"; }
    @font-face { src: url(fonts/a.woff2) format("woff2"), url( "fonts/a.eot?#iefix" ); }
    .logo { background: url(../logo.svg#mark); fill: url(#gradient); mask: url(data:image/svg+xml;utf8,<svg xmlns='x'/>); }`;

  const references = stylesheetReferences(css, 'http://shop/assets/app.css');

  expect(references.map(({ url, kind }) => `${kind} ${new URL(url).pathname}`)).toEqual([
    'stylesheet /assets/base.css',
    'stylesheet /print.css',
    'font /assets/fonts/a.woff2',
    'font /assets/fonts/a.eot',
    'any /logo.svg',
  ]);
  expect(references[0]?.place).toBe('stylesheet /assets/app.css');
});

test('no text, however broken, breaks the reader', () => {
  const pieces = fc.constantFrom(
    '<',
    '>',
    '"',
    "'",
    '=',
    ' ',
    '<!--',
    '-->',
    '<img src',
    '<script',
    '</script',
    'url(',
    '&#x;',
    '/',
    'a',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      for (const { url } of pageReferences(parts.join(''), page)) expect(URL.canParse(url)).toBe(true);
    }),
  );
});

test('a megabyte of opened and never closed markup is read to its end', () => {
  for (const piece of ['<img src="', '<script>', '<!--', '<a ', 'url("', '<style>/*', ' ', "<i a='"]) {
    expect(pageReferences(piece.repeat(1_000_000 / piece.length), page).length).toBeLessThanOrEqual(1);
  }
});

test.each([
  ['stylesheet', 'text/css; charset=utf-8', true],
  ['stylesheet', 'text/html', false],
  ['script', 'text/javascript', true],
  ['script', 'application/javascript', true],
  ['script', 'text/html; charset=utf-8', false],
  ['image', 'image/svg+xml', true],
  ['image', 'text/html', false],
  ['font', 'font/woff2', true],
  ['font', 'application/octet-stream', true],
  ['manifest', 'application/manifest+json', true],
  ['any', 'text/html', false],
  ['any', 'image/png', true],
  ['script', undefined, true],
] as const)('a %s may come as %s: %s', (kind, type, expected) => {
  expect(isPlausible(kind, type)).toBe(expected);
});
