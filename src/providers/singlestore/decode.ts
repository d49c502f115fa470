import { HttpError, type AnswerHead, type HttpAnswer } from '../sdk/index.js';

/**
 * A part of an answer and the way to it, for error messages that name the part and never its content.
 */
export interface Part {
  readonly answer: AnswerHead;
  readonly value: unknown;
  readonly where: string;
}

/** The whole body of an answer. */
export function whole(answer: HttpAnswer): Part {
  return { answer, value: answer.body, where: 'the body' };
}

/** The error for a part that is not what the contract says. */
export function wrongShape({ answer, where }: Part): HttpError {
  const { method, path, status } = answer;
  return new HttpError({ failure: 'shape', method, path, status, where });
}

/** One field of an object; its value is `undefined` where it is absent or null. Unknown fields are ignored. */
export function field(part: Part, name: string): Part {
  const { answer, value } = part;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongShape(part);
  const found: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  const where = part.where === 'the body' ? name : `${part.where}.${name}`;
  return { answer, value: found ?? undefined, where };
}

/** Whether a part is an object that has this field, not null. */
export function has(part: Part, name: string): boolean {
  const { value } = part;
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    field(part, name).value !== undefined
  );
}

/** A text that must be there. */
export function text(part: Part): string {
  if (typeof part.value !== 'string') throw wrongShape(part);
  return part.value;
}

/** A text that may be absent. */
export function optionalText(part: Part): string | undefined {
  return part.value === undefined ? undefined : text(part);
}

/** The text of a field; nothing where it is absent, empty or not a text, or where there is no object. */
export function textIn({ value }: Part, name: string): string | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  const found: unknown = Reflect.get(value, name);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** The items of a list that must be there. */
export function items(part: Part): readonly Part[] {
  if (!Array.isArray(part.value)) throw wrongShape(part);
  const { answer, where } = part;
  return part.value.map((value: unknown, index) => ({ answer, value, where: `${where}[${index}]` }));
}

/** One item of the list that a body is. */
export function itemOf(answer: AnswerHead, value: unknown, index: number, key: string): Part {
  return { answer, value, where: `${key}[${index}]` };
}

/** A body that is either the object itself or an object with it under `key`: sources disagree, both are taken. */
export function objectBody(answer: HttpAnswer, key: string): Part {
  const body = whole(answer);
  return has(body, key) ? field(body, key) : body;
}
