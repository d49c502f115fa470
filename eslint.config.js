// @ts-check
import tseslint from 'typescript-eslint';

/** `reveal()` opens a Sensitive: only providers (at the wire) and value sources may call it. */
const noReveal = {
  selector: "CallExpression[callee.property.name='reveal']",
  message: 'reveal() is for providers and value sources alone; compare with equals() or a fingerprint.',
};
/** A value is wrapped through the run's scope, which adds it to the run's mask. */
const noUnmaskedValue = {
  selector: "NewExpression[callee.name='Sensitive']",
  message: "Wrap values with the scope's sensitive(), so that the run's output masks them.",
};
/** One writer to the terminal: src/cli/terminal.ts. */
const noDirectOutput = {
  selector: "MemberExpression[object.name='process'][property.name=/^(stdout|stderr)$/]",
  message: 'Write through src/cli/terminal.ts, the one writer to the terminal.',
};

export default tseslint.config(
  { ignores: ['dist/**', 'coverage/**', 'node_modules/**', '**/*.generated.js'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'no-console': 'error',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/**/*.test.ts'],
    rules: {
      complexity: ['error', 15],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      // Names that do not say what they hold.
      'id-denylist': ['error', 'one', 'said', 'there', 'stuff'],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/**/*.test.ts', 'src/model/sensitive.ts', 'src/engine/run-scope.ts'],
    rules: { 'no-restricted-syntax': ['error', noUnmaskedValue] },
  },
  {
    files: ['src/**/*.ts'],
    ignores: [
      'src/**/*.test.ts',
      'src/providers/**',
      'src/values/**',
      // The state's password goes over the wire here, and nowhere else.
      'src/state/http/request.ts',
      // A password goes to PostgreSQL here.
      'src/net/sql/entry.ts',
      // What must never be written has to be known where it is written.
      'src/engine/mask.ts',
      'src/sandbox/**',
      'src/cli/terminal.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', noReveal, noDirectOutput, noUnmaskedValue] },
  },
  {
    files: ['src/model/sensitive.ts', 'src/engine/run-scope.ts'],
    rules: { 'no-restricted-syntax': ['error', noReveal, noDirectOutput] },
  },
  {
    files: ['test/**/*.{ts,js}', 'src/**/*.test.ts', 'examples/**', 'schemas/**/*.ts'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'max-lines': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    ...tseslint.configs.disableTypeChecked,
  },
);
