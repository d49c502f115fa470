import type { ValueSource } from '../../model/index.js';
import type { JsonSchema } from '../../model/json-schema.js';

/** A path of the configuration: any text but one with a NUL in it, which no system takes. */
const PATH = '^[^\\u0000]+$';

const path = (what: string, description: string, example: string): JsonSchema => ({
  type: 'string',
  title: 'the path of a file',
  pattern: PATH,
  patternErrorMessage: `Write the path of ${what}.`,
  description: `${description} A relative path starts from the folder of this configuration file.`,
  examples: [example],
});

/** What stands behind the word of each value source. */
export const WORD_SCHEMAS: Readonly<Record<ValueSource['from'], JsonSchema>> = {
  env: {
    type: 'string',
    title: 'the name of an environment variable',
    pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
    patternErrorMessage: 'Write the name of an environment variable (letters, digits and _), not its value.',
    description: 'The value of an environment variable, by its name.',
    examples: ['HF_TOKEN'],
  },
  file: path('a file', 'What a file holds.', './hf-token.txt'),
  dotenv: path('a file of NAME=value lines', 'One variable of a file of NAME=value lines.', './.env'),
  stdin: {
    const: true,
    description: 'Everything that comes in on standard input, read once in a run.',
    examples: [true],
  },
  exec: {
    type: 'array',
    title: 'a list of a program and its arguments',
    minItems: 1,
    items: {
      type: ['string', 'number'],
      title: 'a word of a command',
      pattern: PATH,
      patternErrorMessage: 'Write the program, then each argument as an item of its own.',
    },
    description:
      'What a program prints, without a shell. It runs in the folder of this configuration file, and only with --allow-exec.',
    examples: [['pass', 'show', 'huggingface/token']],
  },
  sops: path(
    'a file that sops has encrypted',
    'A value of a file encrypted by sops (YAML, JSON or dotenv); `key` says which.',
    'secrets.prod.enc.yaml',
  ),
  age: path('a file that age has encrypted', 'What a file encrypted by age holds.', 'hf-token.age'),
  vault: {
    type: 'string',
    title: 'the path of a secret in Vault',
    pattern: '^[^\\s/?#][^\\s?#]*[^\\s/?#]$',
    patternErrorMessage: 'Write the path with its mount and without a slash at the ends: secret/team/prod.',
    description:
      'A secret in the key/value store (version 1 or 2) of HashiCorp Vault, by its path with the mount; `key` says which field.',
    examples: ['secret/team/huggingface'],
  },
  aws_secret: {
    type: 'string',
    title: 'the name or the ARN of a secret',
    pattern: '^[A-Za-z0-9/_+=.@:-]{1,2048}$',
    patternErrorMessage: 'Write the name or the ARN of a secret in AWS Secrets Manager.',
    description: 'A secret of AWS Secrets Manager, by its name or ARN.',
    examples: ['prod/huggingface'],
  },
  aws_parameter: {
    type: 'string',
    title: 'the name of a parameter',
    pattern: '^[A-Za-z0-9/_.:-]{1,2048}$',
    patternErrorMessage: 'Write the name of a parameter in the Parameter Store, such as /prod/hf-token.',
    description: 'A parameter of AWS Systems Manager Parameter Store, by its name or ARN.',
    examples: ['/prod/hf-token'],
  },
  gcp: {
    type: 'string',
    title: 'a secret of Google Cloud',
    pattern:
      '^([^/\\s]+/[A-Za-z0-9_-]{1,255}|projects/[^/\\s]+/secrets/[A-Za-z0-9_-]{1,255}(/versions/[A-Za-z0-9_-]+)?)$',
    patternErrorMessage: 'Write PROJECT/SECRET, or projects/PROJECT/secrets/SECRET/versions/VERSION.',
    description: 'A secret of Google Cloud Secret Manager; the newest version where none is written.',
    examples: ['analytics-prod/hf-token', 'projects/analytics-prod/secrets/hf-token/versions/3'],
  },
  azure: {
    type: 'string',
    title: 'a secret of Azure Key Vault',
    pattern:
      '^[A-Za-z0-9-]{3,24}(\\.vault\\.(azure\\.net|azure\\.cn|usgovcloudapi\\.net|microsoftazure\\.de))?/[A-Za-z0-9-]{1,127}$',
    patternErrorMessage:
      "Write VAULT/SECRET: the vault's name, or its host in one of Azure's clouds, and the secret's name.",
    description:
      'A secret of Azure Key Vault: the name of the vault (or its host), a slash, the name of the secret.',
    examples: ['analytics-prod/hf-token'],
  },
  onepassword: {
    type: 'string',
    title: 'a secret reference of 1Password',
    pattern: '^op://[^/\\s][^/]*/[^/]+/.*[^/\\s]$',
    patternErrorMessage: 'Write op://VAULT/ITEM/FIELD, as 1Password copies it.',
    description: 'A field of an item in 1Password, by its secret reference; read with the program `op`.',
    examples: ['op://Platform/Hugging Face/token'],
  },
  generate: {
    type: 'integer',
    title: 'a number of characters',
    minimum: 16,
    maximum: 1024,
    description:
      'A random value of so many characters, made when the secret is created and kept in its system; `--rotate ADDRESS` makes a new one.',
    examples: [32],
  },
  secret: {
    type: 'string',
    title: 'the name of a secret',
    pattern: '^([a-z_]+\\.[^./]+\\.)?[A-Za-z0-9_][A-Za-z0-9_$-]{0,254}$',
    patternErrorMessage:
      'Write the name of a secret of this configuration, or its address such as secret.helios.HF_TOKEN.',
    description: 'The value of another secret of this configuration, by its name or its address.',
    examples: ['AWS_SECRET_KEY', 'secret.helios.AWS_SECRET_KEY'],
  },
};

/** What may stand beside some of the sources. */
export const BESIDE: Readonly<Record<string, JsonSchema>> = {
  name: {
    type: 'string',
    title: 'the name of a variable',
    pattern: '^[A-Za-z_][A-Za-z0-9_.-]*$',
    patternErrorMessage: 'Write the name of a variable of the file, not its value.',
    description: 'Which variable of the file (with `dotenv`).',
    examples: ['HF_TOKEN'],
  },
  timeout: {
    type: 'string',
    title: 'a time',
    pattern: '^[1-9][0-9]{0,3}[sm]$',
    patternErrorMessage: 'Write a number and a unit: s or m, such as 10s.',
    description: 'After how long the program is stopped (with `exec`); 30s where it is not written.',
    examples: ['10s'],
  },
  version: {
    type: ['integer', 'string'],
    title: 'a version',
    pattern: '^[A-Za-z0-9]{1,64}$',
    patternErrorMessage: 'Write a version as the store names it.',
    description:
      'Which version (with `vault` a number, with `azure` its id); the newest where none is written.',
    examples: [3],
  },
  stage: {
    type: 'string',
    title: 'a version stage',
    pattern: '^[A-Za-z0-9/_+=.@-]{1,256}$',
    patternErrorMessage: 'Write a version stage such as AWSCURRENT or AWSPREVIOUS.',
    description: 'Which version stage (with `aws_secret`); AWSCURRENT where none is written.',
    examples: ['AWSPREVIOUS'],
  },
  alphabet: {
    type: 'string',
    title: 'an alphabet',
    pattern: '^(alphanumeric|hex|base64url|printable|digits)$',
    patternErrorMessage: 'Write alphanumeric, hex, base64url, printable or digits.',
    description:
      'Which characters a generated value has (with `generate`): alphanumeric where none is written.',
    examples: ['hex'],
  },
  region: {
    type: 'string',
    title: 'a region of AWS',
    pattern: '^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$',
    patternErrorMessage: 'Write a region such as eu-west-1.',
    description:
      'Which region (with `aws_secret` and `aws_parameter`); that of the environment or the profile otherwise.',
    examples: ['eu-west-1'],
  },
};

/** What may be done to what a source gives; they may stand beside every source but `secret`. */
export const TRANSFORMS: Readonly<Record<'base64' | 'key' | 'trim', JsonSchema>> = {
  base64: {
    type: 'boolean',
    description: 'What the source gives is base64: decode it. This comes before `key` and `trim`.',
    examples: [true],
  },
  key: {
    type: ['string', 'integer'],
    title: 'a path into a document',
    minimum: 0,
    pattern: '^[^\\u0000]+$',
    patternErrorMessage: 'Write the names on the way to the value with dots between them: aws.keys.0.secret',
    description:
      'Which value of the document that the source gives (JSON, a sops file, the fields of a secret): names and places in lists with dots between them, or a JSON Pointer where a name has a dot in it.',
    examples: ['aws.secret_key', '/hosts/db.example.com/password'],
  },
  trim: {
    type: 'boolean',
    description: 'Take white space off both ends (the newline at the end of a file, say), after all else.',
    examples: [true],
  },
};
