import { checkInboxName, type Inboxes, Key, RefusedError } from "../../inbox/index.ts";
import { checkCredential, toAccessIpc } from "./access.ts";
import type { FaceLink } from "./face-link.ts";
import { fromInboxIpc } from "./inbox-ipc.ts";
import { checkedRetention } from "./managing-client.ts";
import type { OwnerEntries } from "./owner-api.ts";

type Owning = Pick<Inboxes, "createInbox" | "deleteInbox" | "openSession" | "isSession" | "closeSession">;

/** What is the owner's, by the face for that. */
export function owning(face: FaceLink<OwnerEntries>): Owning {
  return {
    async createInbox(credential, { name, retention }) {
      checkCredential(credential);
      checkInboxName(name);
      const made = { credential, name, retention: checkedRetention(retention) };
      const { inbox, ...keys } = await face.call((client) => client.CreateInbox(made));
      return { inbox: fromInboxIpc(inbox), ...keys };
    },
    async deleteInbox(access) {
      const given = toAccessIpc(access);
      await face.call((client) => client.DeleteInbox(given));
    },
    async openSession(credential, lifeMs) {
      checkCredential(credential);
      if (typeof lifeMs !== "number")
        throw new RefusedError({ code: "InvalidArgument", message: "a session lasts a number of milliseconds" });
      return await face.call((client) => client.OpenSession({ credential, lifeMs }));
    },
    async isSession(token) {
      // What can be no token need not be sent to find out.
      if (Key.parse(token)?.kind !== "session") return false;
      return await face.call((client) => client.IsSession({ credential: token }));
    },
    async closeSession(token) {
      checkCredential(token);
      await face.call((client) => client.CloseSession({ credential: token }));
    },
  };
}
