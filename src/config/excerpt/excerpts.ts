import type { BackendTable, ExcerptRules } from '../../model/index.js';
import type { ProviderLanguage, Section } from '../../providers/sdk/index.js';
import { isRef } from '../sources/references.js';
import type { SourceTable } from '../sources/table.js';
import { isWords, looksLikeSecret } from './secret-text.js';

type Path = readonly string[];

/** What may be shown of a configuration in the excerpt of a message: the rules of the whole language. */
export interface Excerpts {
  /** Whether the scalar at a path may be shown. */
  mayShowValue(path: Path, text: string): boolean;
  /** Whether a value source may be at a path. */
  takesSource(path: Path): boolean;
  /** Whether a key of the map at a path may be shown. */
  mayShowKey(path: Path, key: string): boolean;
  /** Keys that may be shown in a file that is not YAML, where paths are not known. */
  readonly knownKeys: ReadonlySet<string>;
  /** Keys whose values may be shown in such a file, where they look as they should. */
  readonly shownAnywhere: ReadonlySet<string>;
}

/** What the rules come from. */
export interface ExcerptParts {
  readonly providers: readonly ProviderLanguage[];
  readonly sources: SourceTable;
  readonly backends: BackendTable;
}

/** The rules of what every language has. */
const CORE: ExcerptRules = {
  shown: [
    'version',
    'stack',
    'state.backend',
    'state.lease',
    'providers.*.type',
    'providers.*.unverifiable',
    'moved.*.from',
    'moved.*.to',
    'removed.*',
  ],
  maps: ['', 'state', 'providers', 'moved.*'],
  short: [
    'version',
    'type',
    'backend',
    'lease',
    'stdin',
    'base64',
    'trim',
    'allow_empty',
    'timeout',
    'unverifiable',
  ],
  anywhere: ['version', 'stack', 'type', 'backend', 'provider', 'env'],
};

/** The rules of `lifecycle`, which every section of names may have. */
const LIFECYCLE: ExcerptRules = {
  shown: ['protect', 'ignore.*', 'not_secret.*', 'on_remove', 'adopt', 'adopt.from'].map(
    (key) => `lifecycle.${key}`,
  ),
  maps: ['lifecycle', 'lifecycle.adopt'],
  short: ['protect', 'on_remove', 'adopt'],
};

/** Some rules whose paths start at a path. */
function under(prefix: string, rules: ExcerptRules): ExcerptRules {
  const at = (paths: readonly string[] = []): string[] =>
    paths.map((path) => (path === '' ? prefix : `${prefix}.${path}`));
  return { ...rules, shown: at(rules.shown), sources: at(rules.sources), maps: at(rules.maps) };
}

function sectionRules({ word, shape, excerpts }: Section): ExcerptRules[] {
  const rules = [under(`${word}.*`, excerpts)];
  return shape === 'list' ? rules : [...rules, { maps: [word] }, under(`${word}.*`, LIFECYCLE)];
}

function allRules({ providers, backends }: ExcerptParts): readonly ExcerptRules[] {
  const { shown, short, urls } = backends.excerpt;
  return [
    CORE,
    under('state', { shown: [...shown], sources: ['*'], short: [...short], urls: [...urls] }),
    ...providers.flatMap(({ settings, sections }) => [
      under('providers.*', settings.excerpts),
      ...sections.flatMap(sectionRules),
    ]),
  ];
}

function matches(path: Path, patterns: readonly Path[]): boolean {
  return patterns.some(
    (pattern) =>
      pattern.length === path.length &&
      pattern.every((step, at) => step === '*' || step === path[at]?.toLowerCase()),
  );
}

/** Longer text is not a number or one of a few words. */
const LONGEST_WORD = 24;

/** Fields that are true or false: what else is there was pasted, however short it is. */
const STRICT: Readonly<Record<string, RegExp>> = {
  ...Object.fromEntries(
    ['base64', 'trim', 'allow_empty', 'stdin', 'protect', 'adopt'].map((key) => [
      key,
      /^(true|false|yes|no|on|off|[01])$/i,
    ]),
  ),
};

/** The version of the language. */
const VERSION = /^v?\d{1,3}(\.\d{1,3})*$/;

/** Whether a text may be meant for a field that takes a number or one of a few words. */
function isWordFor(path: Path, text: string): boolean {
  const key = path.at(-1) ?? '';
  if (key === 'version' && path.length === 1) return VERSION.test(text);
  const pattern = Object.hasOwn(STRICT, key) ? STRICT[key] : undefined;
  return pattern === undefined ? text.length <= LONGEST_WORD : pattern.test(text);
}

/** A URL without user information: a token is pasted there as well. */
const PLAIN_URL = /^[a-z][a-z0-9+.-]*:\/\/[^@]*$/i;

/** The name of a variable or of a secret, by custom in capitals: anything else may be its value. */
const NAME = /^[A-Z_][A-Z0-9_]{0,60}$/;

/** Sources that take a name, so that a value is easily pasted there. */
const NAMING = new Set(['env', 'secret']);

/** Makes the rules of a language from those of its parts. */
export function makeExcerpts(parts: ExcerptParts): Excerpts {
  const rules = allRules(parts);
  const collect = (rule: keyof ExcerptRules): readonly string[] => [
    ...new Set(rules.flatMap((part) => part[rule] ?? [])),
  ];
  const compile = (paths: readonly string[]): readonly Path[] =>
    paths.map((path) => (path === '' ? [] : path.split('.')));
  const [shown, sources, maps] = [
    compile(collect('shown')),
    compile(collect('sources')),
    compile(collect('maps')),
  ];
  const short = new Set(collect('short'));
  const urls = new Set(collect('urls'));
  const { keys } = parts.sources;
  const isPasted = (path: Path, key: string, text: string): boolean =>
    !isWords(text) || (short.has(key) ? !isWordFor(path, text) : urls.has(key) && !PLAIN_URL.test(text));
  return {
    mayShowValue: (path, text) => {
      const key = path.at(-1) ?? '';
      // A reference of vals may have credentials among its parameters.
      if (looksLikeSecret(text) || isRef(text) || isPasted(path, key, text)) return false;
      if (matches(path, shown)) return true;
      if (!keys.has(key) || !matches(path.slice(0, -1), sources)) return false;
      // A command is a list: text may be a whole command line, with a token in it.
      return key !== 'exec' && (!NAMING.has(key) || NAME.test(text));
    },
    takesSource: (path) => matches(path, sources),
    mayShowKey: (path, key) =>
      key.length <= 100 &&
      !looksLikeSecret(key) &&
      // A misspelt key is shown as well, or nobody would see what is wrong.
      ((keys.has(key) && matches(path, sources)) ||
        (isWords(key) && key.length <= LONGEST_WORD) ||
        matches(path, maps)),
    knownKeys: new Set([
      ...shown.flat(),
      ...sources.flat(),
      ...maps.flat(),
      ...keys,
      ...parts.backends.settings,
    ]),
    shownAnywhere: new Set(collect('anywhere')),
  };
}
