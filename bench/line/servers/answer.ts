/** What every server answers to a request: the number of the seed's example session. */
export const number = "456902234";
