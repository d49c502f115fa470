import type { PGlite } from '@electric-sql/pglite';
import type { PGLiteSocketServer } from '@electric-sql/pglite-socket';

/** The two optional packages, loaded. */
export interface Packages {
  readonly PGlite: typeof PGlite;
  readonly PGLiteSocketServer: typeof PGLiteSocketServer;
}

/** Their versions belong together: the socket package names its PGlite exactly. */
const WANTED = ['@electric-sql/pglite@0.5.14', '@electric-sql/pglite-socket@0.2.17'];

/**
 * Loads the packages of the sandbox.
 * @throws Error that says which to install where one is missing
 */
export async function loadPackages(
  load: (name: string) => Promise<unknown> = (name) => import(name),
): Promise<Packages> {
  try {
    const [pglite, socket] = await Promise.all([
      load('@electric-sql/pglite'),
      load('@electric-sql/pglite-socket'),
    ]);
    return { ...(pglite as Pick<Packages, 'PGlite'>), ...(socket as Pick<Packages, 'PGLiteSocketServer'>) };
  } catch (error) {
    const problem = `The Postgres sandbox needs two optional packages that cannot be loaded. Install them: npm install ${WANTED.join(' ')}`;
    throw new Error(problem, { cause: error });
  }
}
