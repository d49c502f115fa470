import type { Field, ProviderSettings } from '../../model/index.js';
import { truePath } from './files.js';
import { directorySettings } from './settings.js';

/** The secret directory of an entry of `providers:` with every link followed; `undefined` where a value source says where it is. */
export async function sameDirectory(
  { name, fields }: ProviderSettings,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const directory = fields['secret_directory'];
  if (directory !== undefined && directory.kind !== 'plain') return undefined;
  const plain: Record<string, Field> = directory === undefined ? {} : { secret_directory: directory };
  return truePath(directorySettings({ name, fields: plain }, env).secretDirectory);
}
