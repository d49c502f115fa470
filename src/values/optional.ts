import { errorCode, problemError } from '../model/index.js';

/**
 * Loads an optional package on first use; Node keeps what was loaded, so a second call costs nothing.
 * @param name the package, as `npm install` takes it
 * @param load imports it: `() => import('NAME')`, written out where it is used, so that it stays typed and outside our bundle
 * @param neededBy what needs it, in words that start a sentence: `Secrets of AWS Secrets Manager`
 * @returns the module
 * @throws DiagnosticError `missing-package` where the package, or one that it needs itself, is not installed;
 *   `broken-package` where it is installed but cannot be loaded
 */
export async function importOptional<Module>(
  name: string,
  load: () => Promise<Module>,
  neededBy: string,
): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const code = errorCode(error);
    const missing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
    throw problemError(
      missing
        ? {
            code: 'missing-package',
            summary: `${neededBy} are read with the package ${name}, which is not installed.`,
            next: `Install it beside this tool: npm install ${name}`,
          }
        : {
            code: 'broken-package',
            summary: `The package ${name} is installed, but cannot be loaded (${code ?? 'it fails while it starts'}).`,
            next: `Install it again: npm install ${name}`,
          },
    );
  }
}
