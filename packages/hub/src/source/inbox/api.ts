import { type Face, face, type ScalarEntry, type Service, service } from "@doorbell-js/doorbell/kernel";

import { sourceEntries } from "../api.ts";
import { managingEntries, type ManagingEntries, ManagingService } from "./managing-api.ts";
import { ownerEntries, type OwnerEntries, OwnerService } from "./owner-api.ts";
import { openEntries, type OpenEntries, OpenService } from "./reading-api.ts";
import { ringEntries, type RingEntries, RingService } from "./ring-api.ts";

/** All that the inboxes' private server can be asked. */
export type InboxEntries = RingEntries &
  OpenEntries &
  ManagingEntries &
  OwnerEntries & {
    /** The same as any source's. */
    readonly Quit: ScalarEntry;
  };

/** The private server of all inboxes: every operation, and never registered. */
export const InboxService: Service<InboxEntries> = service({
  ...ringEntries,
  ...openEntries,
  ...managingEntries,
  ...ownerEntries,
  Quit: sourceEntries.Quit,
});

const ringing = { Ring: "Ring" } as const;
export const ringFace: Face<RingEntries, InboxEntries, typeof ringing> = face(RingService, InboxService, ringing);

const opening = { Open: "Open" } as const;
export const openFace: Face<OpenEntries, InboxEntries, typeof opening> = face(OpenService, InboxService, opening);

const managing = {
  ListInboxes: "ListInboxes",
  ChangeInbox: "ChangeInbox",
  RenewKey: "RenewKey",
  ListBells: "ListBells",
  CreateBell: "CreateBell",
  Bell: "Bell",
  ChangeBell: "ChangeBell",
  RevokeBell: "RevokeBell",
} as const;
export const managingFace: Face<ManagingEntries, InboxEntries, typeof managing> = face(
  ManagingService,
  InboxService,
  managing,
);

const owning = {
  CreateInbox: "CreateInbox",
  DeleteInbox: "DeleteInbox",
  OpenSession: "OpenSession",
  IsSession: "IsSession",
  CloseSession: "CloseSession",
} as const;
export const ownerFace: Face<OwnerEntries, InboxEntries, typeof owning> = face(OwnerService, InboxService, owning);
