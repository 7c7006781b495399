/** Says of a path, relative to the folder that an image is made of, whether it is left out of what is sent. */
export type Ignored = (path: string) => boolean;

interface Rule {
  readonly expression: RegExp;
  readonly isException: boolean;
}

/** The rules of a `.dockerignore`: one pattern per line, the last that matches a path or a folder above it decides. */
export function ignoredBy(text: string): Ignored & { readonly hasExceptions: boolean } {
  const rules = text.split(/\r?\n/).flatMap(ruleOf);
  const ignored = (path: string): boolean => {
    const places = path.split('/').map((_part, at, parts) => parts.slice(0, at + 1).join('/'));
    return rules.reduce(
      (isOut, { expression, isException }) => (places.some((place) => expression.test(place)) ? !isException : isOut),
      false,
    );
  };
  return Object.assign(ignored, { hasExceptions: rules.some(({ isException }) => isException) });
}

function ruleOf(line: string): readonly Rule[] {
  const text = line.trim();
  if (text === '' || line.startsWith('#')) return [];
  const isException = text.startsWith('!');
  const pattern = normal(isException ? text.slice(1).trim() : text);
  return pattern === '' ? [] : [{ expression: new RegExp(`^${expressionOf(pattern)}$`), isException }];
}

const normal = (pattern: string): string =>
  pattern
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');

/** `**` stands for any folders, `*` and `?` for what holds no slash. */
function expressionOf(pattern: string): string {
  return pattern.replaceAll(/\*\*\/|\/\*\*$|\*\*|\*|\?|\[[^\]]*\]|\\.|[.+^${}()|\\]/g, (token) => {
    if (token === '**/') return '(?:.*/)?';
    if (token === '/**') return '/.*';
    if (token === '**') return '.*';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    if (token.startsWith('[')) return token.replace(/^\[!/, '[^');
    return token.startsWith('\\') && token.length === 2 ? `\\${token.slice(1)}` : `\\${token}`;
  });
}
