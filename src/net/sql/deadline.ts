/**
 * Waits for an answer no longer than a limit.
 * @param limitMs in milliseconds; 0: no limit
 * @throws Error `timeout: …` where none came in time
 */
export async function withDeadline<Answer>(
  answer: Promise<Answer>,
  limitMs: number,
  what: string,
): Promise<Answer> {
  if (limitMs <= 0) return answer;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`timeout: no answer to ${what}`));
    }, limitMs);
  });
  try {
    return await Promise.race([answer, limit]);
  } finally {
    clearTimeout(timer);
  }
}
