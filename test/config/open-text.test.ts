import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, parseDocument, visit } from 'yaml';
import type { Node, Pair, Scalar } from 'yaml';
import { describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../src/config/index.js';
import { languageOf } from '../../src/engine/language.js';
import { withExtensions } from '../../src/index.js';
import { MailServer, mailProvider } from '../extend/toy-provider.js';
import { credentialIn } from '../../src/model/index.js';
import { looksGenerated } from '../../src/config/open-text/random-text.js';
import { HEAD, file, lines, load } from './load-text.js';

const language = await languageOf(withExtensions({ providers: [mailProvider(new MailServer())] }));
const root = join(import.meta.dirname, '../..');
const example = `${readFileSync(join(import.meta.dirname, 'fixtures/example.yaml'), 'utf8')}
duckdb_secrets:
  proxy: { provider: laptop, type: http, options: { http_proxy: 'proxy:3128' }, scope: [https://a, https://b] }
mailboxes: { team: { provider: mail, value: { env: MAIL }, quota: 5 GB, aliases: [all] } }
`.replace(
  'providers:\n',
  'providers:\n  laptop: { type: duckdb, secret_directory: ./s }\n  mail: { type: mail }\n',
);

/** A password in a URL, a token, a key, a connection string, a header: none of their words is in the example. */
const CREDENTIALS = [
  'postgres://ana:canary7Zq@db.example.com/x',
  'https://canary7Zq@proxy.example.com',
  `ghp_canary7Zq${'a1B2'.repeat(8)}`,
  'host=db user=ana password=canary7Zq',
  'Bearer canary7Zqcanary7Zq',
  'wJalrXUtnFEMI/K7MDENG/bPxRfiCYcanary7Zqx',
];

/** Every text of the example that is not in a value source: paths as the keys on the way, and how to put another text there. */
function openPlaces(): readonly { readonly path: string; readonly put: (text: string) => string }[] {
  const sources = new Set(['value', 'api_key', 'key_id', 'secret', 'connection_string', 'url']);
  const places: { path: string; put: (text: string) => string }[] = [];
  const collect = (isKey: boolean): void => {
    visit(parseDocument(example), {
      Scalar: (at, scalar, ancestors) => {
        if ((at === 'key') !== isKey) return;
        const keys = ancestors.flatMap((node) => {
          const { key } = node as Pair<Scalar, Node>;
          return isScalar(key) ? [String(key.value)] : [];
        });
        const path = [
          ...keys,
          ...(isKey ? [`${String(scalar.value)} (key)`] : typeof at === 'number' ? [at] : []),
        ];
        const [start, end] = scalar.range ?? [0, 0];
        const inSource = isKey ? keys.slice(0, -1) : keys;
        if (inSource.some((key) => sources.has(key))) return;
        places.push({
          path: path.join('.'),
          put: (text) => `${example.slice(0, start)}${JSON.stringify(text)}${example.slice(end)}`,
        });
      },
    });
  };
  collect(false);
  collect(true);
  return places;
}

const loadText = (text: string) =>
  loadConfiguration([file('secrets.yaml', text)], { cwd: '/project', language });

describe('a credential in the open', () => {
  it('is not in the example, whose places are many', () => {
    expect(lines(loadText(example).diagnostics)).toEqual([]);
    expect(openPlaces().length).toBeGreaterThan(120);
  });

  it.each(openPlaces().map(({ path, put }) => [path, put] as const))(
    'is refused and not printed: %s',
    (_, put) => {
      for (const credential of CREDENTIALS) {
        const { configuration, diagnostics } = loadText(put(credential));
        expect(configuration).toBeUndefined();
        expect(JSON.stringify(diagnostics)).not.toContain('canary7Zq');
      }
    },
  );

  it('is said at its place, once', () => {
    const text = `${HEAD}duckdb_servers: { a: { type: s3, owner: "Bearer canary-canary", options: { endpoint: "a password=x" } } }\n`;
    const { diagnostics } = load(text);
    expect(lines(diagnostics).map((line) => line.replace(/ → .*/, ''))).toEqual([
      'secrets.yaml:4:41: This text looks like a bearer token.',
      'secrets.yaml:4:86: The option `endpoint` holds a password, where everybody can read it.',
    ]);
  });

  it('may be declared to be none', () => {
    const text = (fields: string): string =>
      `${HEAD}duckdb_servers: { a: { type: s3, options: { region: "pwd=x", endpoint: "token=abcdefgh1" }, lifecycle: { not_secret: [${fields}] } } }\n`;
    expect(load(text('region, ENDPOINT')).configuration).toBeDefined();
    expect(load(text('region')).diagnostics.map(({ code }) => code)).toEqual(['credential-in-option']);
    expect(load(text('scope')).diagnostics).toHaveLength(2);
  });
});

describe('text that looks generated', () => {
  it.each(['x7Kq2Lm9Vt4Rz8Pw3Nc6', 'q3v8n1x7z5k2m9w4t6r0y8', 'Zm9vYmFyIE1v0qV7+tXk/9dLr3sQwY8nB2aJhUe5Kg4='])(
    'is warned of, and not printed: %s',
    (text) => {
      const { configuration, diagnostics } = load(
        `${HEAD}duckdb_servers: { a: { type: s3, options: { region: "${text}" } } }\n`,
      );
      expect(configuration).toBeDefined();
      expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([
        ['generated-text', 'warning'],
      ]);
      expect(JSON.stringify(diagnostics)).not.toContain(text);
    },
  );

  it.each([
    ...['AKIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE', 'Q3AM3UQ867SPQQA43P2F', 'GOOGTS7C7FUP3AIRVJTE2BCD'],
    ...['0e1f5c2a-8c1d-4b8e-9d0a-3f6b1c2d4e5f', '01ARZ3NDEKTSV4RRFFQ69G5FAV'],
    'arn:aws:iam::123456789012:role/lake-Xk3vQ9zL2mT7pR4wB8nC1',
    'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    'd41d8cd98f00b204e9800998ecf8427e',
    'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==',
    '/var/lib/postgresql/15/main/base/pgsql_tmp/analytics2024',
    '/usr/share/cmake-3.25/Modules/CMakeFortranCompilerABI.cmake',
    's3://analytics-warehouse-production-eu-west-1/year=2024/month=11/',
    'abfss://container@account.dfs.core.windows.net/path',
    'lake.0e1f5c2a8c1d4b8e9d0a3f6b1c2d4e5f.r2.cloudflarestorage.com',
    'mydb.c9akciq32rgwxk4p7.eu-west-1.rds.amazonaws.com:5432',
    'https://minio.internal.example.com:9000/bucket/a@b',
    'postgres://ci@db.example.com:5432/warehouse?sslmode=verify-full',
    'czM6Ly9sYWtlL2FuYWx5dGljcy9wcm9kdWN0aW9u',
    'team:Basic Education Services',
    'sk-learn-models-production-bucket-eu',
    'DuckDBTimestampSecondsTypeV2',
    'c:\\Users\\Public\\Documents\\DataLake2024',
  ])('is not what names something: %s', (text) => {
    expect([credentialIn(text), looksGenerated(text)]).toEqual([undefined, false]);
  });

  it('is in none of the examples and in nothing that `init` writes', () => {
    const examples = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.yaml'))
      .map((path) => readFileSync(join(root, 'examples', path), 'utf8'));
    expect(examples.length).toBeGreaterThan(2);
    for (const text of examples) {
      const document = parseDocument(text);
      expect(isMap(document.contents)).toBe(true);
      visit(document, {
        Scalar: (_, { value }) => {
          if (typeof value === 'string')
            expect([value, credentialIn(value), looksGenerated(value)]).toEqual([value, undefined, false]);
        },
      });
    }
  });
});

describe('what nobody sees in open text', () => {
  it.each([
    ['"s3://lake\\u200b"', 'has a character that nobody sees (U+200B)'],
    ['"us-east-1\\u00a0"', 'has white space at its ends'],
    ['"us\\u00a0east"', 'has a character that nobody sees (U+00A0)'],
    ['"us-east-1 "', 'has white space at its ends'],
    ['" us-east-1"', 'has white space at its ends'],
    ['"s3://\\u202e ekal"', 'has a character that nobody sees (U+202E)'],
    ['"\\ufeffa"', 'has white space at its ends'],
    ['"a\\r"', 'has white space at its ends'],
    ['|\n      s3://lake\n', 'ends in a newline'],
  ])('is warned of: %s', (text, what) => {
    const { configuration, diagnostics } = load(
      `${HEAD}duckdb_servers:\n  a:\n    type: s3\n    options:\n     region: ${text}\n`,
    );
    expect(configuration).toBeDefined();
    expect(diagnostics.map(({ summary, severity }) => [summary, severity])).toEqual([
      [`This text ${what}.`, 'warning'],
    ]);
  });

  it('is also warned of in the name of a role or a principal', () => {
    const { diagnostics } = load(
      `${HEAD}duckdb_servers: { a: { type: s3, user_mappings: { "ana\\u200b": { key_id: A, secret: { env: S } } } } }\n` +
        'secrets: { S: { value: { env: S }, readers: ["team:Data\\u00a0Science", "team:👩\u200d💻 Devs", "team:می\u200cخواهم"] } }\n',
    );
    expect(lines(diagnostics).map((line) => line.replace(/ → .*/, ''))).toEqual([
      'secrets.yaml:4:51: This text has a character that nobody sees (U+200B).',
      'secrets.yaml:5:46: This text has a character that nobody sees (U+00A0).',
    ]);
  });
});
