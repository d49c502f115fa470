import { age } from './age/index.js';
import { awsParameter, awsSecret } from './aws/index.js';
import { azure } from './azure/index.js';
import type { SourceDefinition } from './definition.js';
import { dotenv } from './dotenv/index.js';
import { env } from './env/index.js';
import { exec } from './exec/index.js';
import { file } from './file/index.js';
import { gcp } from './gcp/index.js';
import { generate } from './generate/index.js';
import { onepassword } from './onepassword/index.js';
import { sops } from './sops/index.js';
import { stdin } from './stdin/index.js';
import { vault } from './vault/index.js';

/** The built-in value sources, in the order in which messages list them. */
export const sources: readonly SourceDefinition[] = [
  env,
  file,
  dotenv,
  stdin,
  exec,
  sops,
  age,
  vault,
  awsSecret,
  awsParameter,
  gcp,
  azure,
  onepassword,
  generate,
];
