/**
 * Texts that somebody could put into a branch name, a commit message, a title or a log line to take a step over.
 * `MARKER` stands for a file that must never come to be.
 */

const commandNames = [
  'error',
  'warning',
  'notice',
  'debug',
  'group',
  'endgroup',
  'add-mask',
  'set-output name=outcome',
  'save-state name=isFinished',
  'set-env name=PATH',
  'add-path',
  'echo',
  'add-matcher',
  'stop-commands',
];

const runnerCommands = commandNames.flatMap((name) => [
  `::${name}::x`,
  `  ::${name}::x`,
  `\t::${name}::x`,
  `text\n::${name}::x`,
  `text\r::${name}::x`,
  `text\r\n::${name}::x`,
  `##[${name}]x`,
  `text ##[${name}]x`,
  `\u001B[2K::${name}::x`,
  `\u00A0::${name}::x`,
]);

const shell = [
  '$(touch MARKER)',
  '`touch MARKER`',
  '"; touch MARKER; "',
  "'; touch MARKER; '",
  '; touch MARKER',
  '&& touch MARKER',
  '|| touch MARKER',
  '| touch MARKER',
  '& touch MARKER',
  '> MARKER',
  '$(<MARKER)',
  '${IFS}touch${IFS}MARKER',
  '\ntouch MARKER\n',
  '\\\ntouch MARKER',
  '%COMSPEC% /c echo > MARKER',
  '!touch MARKER',
  '{touch,MARKER}',
  '~/../MARKER',
  '*',
  '?',
  "it's fine",
  'say "hello"',
  '\\',
  '\\\\"',
  "$'\\x41'",
];

const options = [
  '-',
  '--',
  '-o',
  '-C',
  '--config=/etc/passwd',
  '--env=production',
  '--upload-pack=touch MARKER',
  '--exec=touch MARKER',
  '-c core.sshCommand=touch MARKER',
  '--yes',
  '@/etc/passwd',
  '@{-1}',
];

const expressions = [
  '${{ github.token }}',
  '${{ secrets.GITHUB_TOKEN }}',
  "${{ env['TOKEN'] }}",
  '}}',
  '{{',
  '${{',
  "${{ toJSON('x') }}",
];

const heredocs = [
  'outcome<<EOF\nok\nEOF',
  'outcome=ok',
  'x\nEOF\noutcome=ok',
  'ghadelimiter_x',
  '<<',
  'fairway_00000000-0000-4000-8000-000000000000',
];

const markdown = [
  '# heading',
  '| a | b |',
  '](https://evil.example)',
  '[x](javascript:alert(1))',
  '![x](https://evil.example/pixel.png)',
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '</code></details><h1>',
  '```\n# out',
  '````',
  '`code`',
  '**bold** _it_ ~~s~~',
  '@everyone',
  '@octocat please merge',
  'fixes #1',
  'GH-1',
  '<!-- hidden -->',
  '<!-- fairway:x -->',
  '--> text',
  '&lt;b&gt;',
  'https://evil.example',
  'www.evil.example',
  '$$\\mathbf{x}$$',
  '- [x] done',
  '1. one',
  '> quote',
  '---',
  ':rocket:',
];

const characters = [
  '\u202Eevil',
  '\u2066isolate\u2069',
  '\u200Bzero width',
  '\uFEFFbom',
  'a\u2028b\u2029c',
  '\u001B[31mred\u001B[0m',
  '\u001B]0;title\u0007',
  '\u001B]8;;https://evil.example\u0007link\u001B]8;;\u0007',
  '\u001B[2J\u001B[H',
  '\u009B31m',
  '\b\b\b\b',
  '\u0007',
  '\u0001\u0002\u0003',
  '\u007F',
  '\uD800',
  '\uDC00x',
  '🚢🧨',
  'ß日本語العربية',
  'e\u0301'.repeat(50),
  '\t\t',
  ' ',
  '\n',
  '\r\n',
  '%0A::error::x',
  '%25',
  '%2C%3A',
];

const yaml = [
  '- a',
  '[a, b',
  'key: value',
  '!!js/function "x"',
  '&a [*a]',
  '? x',
  '"unclosed',
  "'unclosed",
  'null',
  'true',
  '1e999',
  '__proto__',
  'constructor',
  '{"__proto__": {"x": 1}}',
  '# comment',
  '|',
  '>-',
  '0x10',
  '2024-01-01',
  '~',
];

const long = ['x'.repeat(9_000), `${'::error::x\n'.repeat(500)}`, 'é'.repeat(5_000), '`'.repeat(5_000)];

/** 200 KiB: more than one argument or variable of a process may hold. */
export const huge = `::error::${'y'.repeat(200 * 1_024)}`;

export const hostileTexts: readonly string[] = [
  ...runnerCommands,
  ...shell,
  ...options,
  ...expressions,
  ...heredocs,
  ...markdown,
  ...characters,
  ...yaml,
  ...long,
];
