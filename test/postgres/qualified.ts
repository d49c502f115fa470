/*
 * Finds what PostgreSQL would look up along search_path: operators, functions, types and relations without a schema, and the words
 * that the grammar turns into an operator without one (IN, LIKE, NULLIF, CASE x WHEN, JOIN … USING). A tokenizer that knows the SQL
 * and PL/pgSQL of this project; what it does not know it reports.
 */

interface Token {
  readonly kind: 'name' | 'operator' | 'qualified' | 'string' | 'other';
  readonly text: string;
  /** The parts of a name; the content of a string. */
  readonly parts: readonly string[];
  readonly quoted: boolean;
}

const TOKEN =
  /\s+|--[^\n]*|\/\*[\s\S]*?\*\/|(?<dollar>\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$)|(?<string>[eE]'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*')|(?<qualified>OPERATOR\(pg_catalog\.[^\s)]+\))|(?<name>(?:[A-Za-z_][\w$]*|"(?:[^"]|"")*")(?:\s*\.\s*(?:[A-Za-z_][\w$]*|"(?:[^"]|"")*"))*)|(?<other>\$\d+|[\d.]+|:=|=>|::|\.\.|[()[\],;.:])|(?<operator>[-+*/<>=~!@#%^&|`?]+)/y;

function tokensOf(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < sql.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(sql)?.groups;
    if (groups === undefined) throw new Error(`cannot read SQL at: ${sql.slice(at, at + 40)}`);
    const { dollar, string, qualified, name, other, operator } = groups;
    const add = (kind: Token['kind'], text: string, parts: readonly string[] = []): unknown =>
      tokens.push({ kind, text, parts, quoted: text.startsWith('"') });
    if (dollar !== undefined) add('string', dollar, [dollar.replace(/^\$\w*\$|\$\w*\$$/g, '')]);
    if (string !== undefined)
      add('string', string, [string.replace(/^[eE]?'|'$/g, '').replaceAll("''", "'")]);
    if (qualified !== undefined) add('qualified', qualified);
    if (name !== undefined) add('name', name, name.match(/"(?:[^"]|"")*"|[\w$]+/g) ?? []);
    if (other !== undefined) add('other', other);
    if (operator !== undefined) add('operator', operator);
  }
  return tokens;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Words of the grammar that a parenthesis may follow, without a call. */
const BEFORE_PARENTHESIS = words(
  'ADD ALL AND ANY AS BY CASE CHECK COALESCE CONFLICT ELSE ELSIF EXISTS FROM IF INTO JOIN KEY NOT ON OPTIONS OR RETURN SELECT SET THEN UNION VALUES WHEN WHERE WITH',
);
/** What a table, a function or an alias with names of columns follows. */
const BEFORE_COLUMNS = words('INTO TABLE REFERENCES FUNCTION AS');
/** Words that the grammar turns into an operator that is looked up. */
const HIDDEN = words('LIKE ILIKE SIMILAR BETWEEN NULLIF NATURAL CAST OVERLAPS');
/** Types that are names to the grammar, and looked up. */
const TYPES = words(
  'text oid json jsonb name record regclass regnamespace timestamptz int2 int4 int8 float4 float8 bytea uuid xml date money inet',
);
/** Words that no type follows. */
const NO_TYPE_AFTER = words('SELECT BY DISTINCT ON AND OR WHERE RETURNING FROM JOIN SET');
const BEFORE_RELATION = words('FROM JOIN ONLY UPDATE INTO REFERENCES');

/** What is looked up in a text of SQL, each with its surroundings; none where all is PostgreSQL's own beyond doubt. */
export function unqualified(sql: string): readonly string[] {
  const tokens = tokensOf(sql);
  const upper = (at: number): string => (tokens[at]?.quoted === false ? tokens[at].text.toUpperCase() : '');
  const around = (at: number): string =>
    tokens
      .slice(Math.max(0, at - 4), at + 5)
      .map(({ text }) => text.slice(0, 40))
      .join(' ');
  const defined = new Set(
    tokens.flatMap((token, at) => (token.kind === 'name' && isCte(tokens, at) ? [token.text] : [])),
  );
  return tokens.flatMap((token, at): readonly string[] => {
    switch (token.kind) {
      case 'operator':
        return isOperand(tokens, upper, at) ? [] : [`operator: ${around(at)}`];
      case 'string': {
        const [content = ''] = token.parts;
        const isCode = token.text.startsWith('$') || /^(SELECT|INSERT|UPDATE|DELETE|WITH)\s/.test(content);
        return isCode ? unqualified(content) : [];
      }
      case 'name':
        return nameProblems(tokens, upper, at, defined).map((problem) => `${problem}: ${around(at)}`);
      case 'qualified':
      case 'other':
        return [];
    }
  });
}

type Upper = (at: number) => string;

/** `*` for all columns, and `=` that assigns. */
function isOperand(tokens: readonly Token[], upper: Upper, at: number): boolean {
  const before = upper(at - 1);
  if (tokens[at]?.text === '*') return before === '(' || before === 'SELECT';
  if (tokens[at]?.text !== '=' || tokens[at - 1]?.kind !== 'name') return false;
  let depth = 0;
  for (let index = at - 1; index >= 0; index -= 1) {
    const word = upper(index);
    if (word === ')') depth += 1;
    if (word === '(') depth -= 1;
    if (depth < 0 || word === ';') return false;
    if (depth > 0) continue;
    if (word === 'SET' || word === 'DIAGNOSTICS')
      return ['SET', 'LOCAL', 'DIAGNOSTICS', ','].includes(upper(at - 2));
    if (['WHERE', 'SELECT', 'FROM', 'ON', 'WHEN', 'IF', 'AND', 'OR'].includes(word)) return false;
  }
  return false;
}

function nameProblems(
  tokens: readonly Token[],
  upper: Upper,
  at: number,
  defined: ReadonlySet<string>,
): readonly string[] {
  const { text, parts } = tokens[at] as Token;
  const [word, before, after] = [upper(at), upper(at - 1), upper(at + 1)];
  const isOurs = parts.length > 1 && ['pg_catalog', 'pg_temp'].includes(parts[0] ?? '');
  if (HIDDEN.has(word) || (after === '(' && (word === 'IN' || word === 'USING'))) return ['hidden operator'];
  if (word === 'CASE' && after !== 'WHEN') return before === 'END' ? [] : ['hidden operator'];
  if (word === 'DISTINCT' && after === 'FROM') return ['hidden operator'];
  if (before === '::' || before === 'COLLATE') return isOurs ? [] : ['type or collation'];
  if (isBareType(tokens, upper, at)) return ['type'];
  if (BEFORE_RELATION.has(before) && parts.length === 1 && !isKnownRelation(tokens, upper, at, defined)) {
    return ['relation'];
  }
  if (after !== '(' || isOurs || BEFORE_PARENTHESIS.has(word)) return [];
  const hasColumns = BEFORE_COLUMNS.has(before) || before === ')' || isCte(tokens, at) || isAlias(tokens, at);
  return hasColumns ? [] : [`function ${text}`];
}

function isBareType(tokens: readonly Token[], upper: Upper, at: number): boolean {
  const { text, quoted } = tokens[at] as Token;
  if (quoted || !TYPES.has(text.toLowerCase())) return false;
  const before = tokens[at - 1];
  const isDeclared = before?.kind === 'name' && !NO_TYPE_AFTER.has(upper(at - 1));
  return isDeclared || tokens[at + 1]?.kind === 'string';
}

/** A table expression of this text, a variable of PL/pgSQL, or a word of the grammar. */
function isKnownRelation(
  tokens: readonly Token[],
  upper: Upper,
  at: number,
  defined: ReadonlySet<string>,
): boolean {
  const { text } = tokens[at] as Token;
  const isGrammar = ['SET', 'ONLY', 'SELECT', 'ROWS'].includes(upper(at)) || upper(at - 2) === 'DO';
  const isFunction = upper(at + 1) === '(' && upper(at - 1) !== 'INTO';
  return (
    defined.has(text) || text.startsWith('v_') || isGrammar || isFunction || upper(at - 2) === 'DISTINCT'
  );
}

/** `name AS (` or `name (columns) AS (`, of WITH. */
function isCte(tokens: readonly Token[], at: number): boolean {
  let next = at + 1;
  if (tokens[next]?.text === '(') next = closing(tokens, next) + 1;
  const before = tokens[at - 1]?.text.toUpperCase() ?? '';
  return (
    tokens[next]?.text.toUpperCase() === 'AS' &&
    tokens[next + 1]?.text === '(' &&
    (before === 'WITH' || before === ',')
  );
}

/** The name of a call's result with those of its columns, without AS: `f(x) n (name)`. */
function isAlias(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  return before?.kind === 'other' && before.text === ')';
}

function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    if (tokens[at]?.text === '(') depth += 1;
    if (tokens[at]?.text === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return tokens.length;
}
