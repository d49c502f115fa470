import type { Interfaces } from '@oclif/core';
import { nearestWords, problem } from '../model/index.js';
import type { Diagnostic } from '../model/index.js';

/**
 * A command that does not exist, with the nearest one that does.
 * @param id the words that were given, joined by colons
 */
export function unknownCommand(id: string, { topics }: Pick<Interfaces.Config, 'topics'>): Diagnostic {
  if (id.startsWith('-')) {
    return problem({
      code: 'usage',
      summary: `Missing command before ${id}`,
      next: 'Flags come after the command. Run: secrets --help',
    });
  }
  const [first = '', second] = id.split(':');
  // For oclif, each command is a topic as well.
  const names = topics.map(({ name }) => name.replaceAll(':', ' '));
  const inTopic = names.filter((name) => name.startsWith(`${first} `));
  const isTopic = inTopic.length > 0;
  const typed = isTopic && second !== undefined ? `${first} ${second}` : first;
  const [suggested] = nearestWords(typed, isTopic ? inTopic : names);
  const help = `Run: ${isTopic ? `secrets ${first}` : 'secrets'} --help`;
  return problem({
    code: 'usage',
    summary: `Unknown command: ${typed}`,
    next: suggested === undefined ? help : `Did you mean secrets ${suggested}? ${help}`,
  });
}
