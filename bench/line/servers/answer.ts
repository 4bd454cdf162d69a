/** What every server answers to a request: the number of the how-to's example session. */
export const number = "456902234";
