/**
 * The arrows of the house, as a checked rule: each folder of src/ may import what its row names and nothing else.
 * A new provider is one new folder under src/providers/ and one line in src/providers/registry.ts.
 */
const rows = {
  model: [],
  files: ['model'],
  net: ['model', 'files'],
  config: ['model', 'providers/sdk', 'files'],
  values: ['model', 'net', 'files'],
  'providers/sdk': ['model', 'net'],
  state: ['model', 'net', 'files'],
  plan: ['model'],
  apply: ['model'],
  report: ['model'],
  engine: ['model', 'net', 'config', 'values', 'providers/sdk', 'state', 'plan', 'apply', 'report', 'files'],
  sandbox: ['files'],
  cli: ['engine', 'report', 'model'],
  commands: ['cli', 'engine', 'report', 'model', 'sandbox'],
};
const pure = ['model', 'plan', 'report'];
const escaped = (folder) => `^src/${folder}/`;

module.exports = {
  forbidden: [
    ...Object.entries(rows).map(([folder, allowed]) => ({
      name: `arrows-${folder.replace('/', '-')}`,
      severity: 'error',
      from: { path: escaped(folder), pathNot: '\\.test\\.ts$' },
      to: {
        path: '^src/',
        pathNot: [
          escaped(folder),
          ...allowed.map(escaped),
          ...(folder === 'engine' ? ['^src/(providers|values|state|report)/registry\\.ts$'] : []),
          ...(folder === 'cli' ? ['^src/commands/registry\\.ts$'] : []),
        ],
      },
    })),
    {
      name: 'providers-stand-alone',
      comment: 'A provider knows no other provider.',
      severity: 'error',
      from: { path: '^src/providers/(?!sdk/)([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/providers/$1/',
          '^src/providers/sdk/',
          escaped('model'),
          escaped('net'),
          escaped('files'),
        ],
      },
    },
    {
      name: 'config-takes-types-of-providers',
      comment: 'The configuration reads what the language has; it calls no code of a provider.',
      severity: 'error',
      from: { path: escaped('config'), pathNot: '\\.test\\.ts$' },
      to: { path: escaped('providers'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'providers-are-named-in-one-list',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/providers/', '\\.test\\.ts$'] },
      to: { path: '^src/providers/(?!sdk/|registry\\.ts$)' },
    },
    {
      name: 'pure-cores',
      comment: 'model, plan and report touch no Node module.',
      severity: 'error',
      from: { path: `^src/(${pure.join('|')})/`, pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'library-imports',
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: { path: '^src/', pathNot: ['^src/engine/', '^src/model/'] },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'tests-stay-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { path: ['^test/', '\\.test\\.ts$'] },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
