/** Awaits what by itself would keep no program alive. */
export async function keepingAlive(promise: Promise<void>): Promise<void> {
  const timer = setInterval(() => {}, 2 ** 30);
  await promise;
  clearInterval(timer);
}
