import { expect, test } from 'vitest';
import { cookieHeader, keepCookies } from '../../../../src/domain/smoke/cookies.ts';
import { encodeForm, findForm, metaContent } from '../../../../src/domain/smoke/form.ts';

test('cookies are kept, replaced and taken away as the server says', () => {
  const first = keepCookies(new Map(), 'a=1; Path=/, b=2; Expires=Wed, 21 Oct 2099 07:28:00 GMT; HttpOnly, c=3');
  expect(cookieHeader(first)).toEqual({ cookie: 'a=1; b=2; c=3' });

  const second = keepCookies(first, 'a=9, b=; Path=/, c=x; Max-Age=0');
  expect(cookieHeader(second)).toEqual({ cookie: 'a=9' });
  expect(cookieHeader(keepCookies(second, undefined))).toEqual({ cookie: 'a=9' });
});

test('without cookies no header is sent', () => {
  expect(cookieHeader(new Map())).toEqual({});
});

const page = `<meta name="csrf-token" content="m1">
  <form action="/search"><input name="q" value="all"></form>
  <form method="post" action="login?next=%2F"><input type="hidden" name="csrf" value="f1"><input name="user">
  <input type="password" name="password"><input type="checkbox" name="stay" value="1"></form>`;

test('the form is the one that has the fields, with what the page itself filled in', () => {
  expect(findForm(page, 'https://shop.example/account/', ['user', 'password'])).toEqual({
    action: 'https://shop.example/account/login?next=%2F',
    fields: { csrf: 'f1' },
  });
  expect(findForm(page, 'https://shop.example/', ['email'])).toBeNull();
});

test('a token in the head of the page is found by its name', () => {
  expect(metaContent(page, 'csrf-token')).toBe('m1');
  expect(metaContent(page, 'other')).toBeNull();
});

test('a form is sent as browsers send it', () => {
  expect(encodeForm({ user: 'ada l', 'a&b': 'ü=1' })).toBe('user=ada+l&a%26b=%C3%BC%3D1');
});
