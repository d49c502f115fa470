import type { EndSource } from '../model/index.js';

/** A source as the start of a sentence: what it is called in the file, never what is in it. A command's arguments are left out. */
export function nameOf(source: EndSource): string {
  switch (source.from) {
    case 'env':
      return `The environment variable ${source.name}`;
    case 'file':
      return `The file ${source.path}`;
    case 'dotenv':
      return `The variable ${source.name} of the file ${source.path}`;
    case 'stdin':
      return 'Standard input';
    case 'exec':
      return `The output of \`${source.command[0] ?? ''}\``;
    case 'sops':
      return `The sops file ${source.path}`;
    case 'age':
      return `The age file ${source.path}`;
    case 'vault':
      return `The Vault secret ${source.path}`;
    case 'aws_secret':
      return `The AWS secret ${source.id}`;
    case 'aws_parameter':
      return `The AWS parameter ${source.name}`;
    case 'gcp':
      return `The Google Cloud secret ${source.resource}`;
    case 'azure':
      return `The Azure Key Vault secret ${source.vault}/${source.name}`;
    case 'generate':
      return `The value generated at ${source.place}`;
    case 'onepassword':
      return `The 1Password reference ${source.reference}`;
  }
}

/** As {@link nameOf}, with the place in the document where one is written. */
export function valueName(source: EndSource): string {
  return source.key === undefined ? nameOf(source) : `${nameOf(source)}, at \`${source.key}\`,`;
}
