/** What the host of a plug-in can be asked, declared once for both. */
import { blockingScalar, lend, mutableLend, scalar, service, text } from "@doorbell-js/doorbell/kernel";

export const Host = service({
  setting: mutableLend(0, { value: text(50), answer: text(200), doc: "A setting, by its name." }),
  log: lend(1, { value: text(500), doc: "Prints a line." }),
  set: scalar(2, "Sets the volume."),
  deleteFiles: blockingScalar(3, "Deletes the user's files, and says how many they were."),
});
