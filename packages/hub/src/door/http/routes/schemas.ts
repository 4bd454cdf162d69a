/** What bodies may hold. How far numbers and texts may go is judged where everything is, and told from there. */

const orNull = (type: string): object => ({ type: [type, "null"] });

function object(properties: Readonly<Record<string, object>>, required: readonly string[] = []): object {
  return { type: "object", properties, required, additionalProperties: false };
}

const retention = object({
  itemsMax: { type: "integer" },
  ageMaxMs: orNull("integer"),
  bytesMax: { type: "integer" },
  whenFull: { enum: ["dropOldest", "refuse"] },
});

const limits = {
  perMinute: { type: "integer" },
  bytesMax: { type: "integer" },
  ringsMax: orNull("integer"),
  expiresAt: orNull("integer"),
};

const text = { type: "string" };

export const newInbox: object = object({ name: text, retention }, ["name"]);
export const inboxChange: object = object({ name: text, retention });
export const keyChoice: object = object({ which: { enum: ["read", "manage"] } }, ["which"]);
export const newBell: object = object({ label: text, ...limits }, ["label"]);
export const bellChange: object = object({ label: text, paused: { type: "boolean" }, ...limits });
export const login: object = object({ code: { type: "string", maxLength: 64 } }, ["code"]);
export const ad: object = object({ text }, ["text"]);
