/** `npm run build`: installs and compiles what is needed. */
import { ready } from "./ready.mjs";

ready();
