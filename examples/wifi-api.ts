/**
 * After the Xous book's chapter "Asynchronous Idioms or 'Push Notifications'": what a network manager can be asked, and what it tells,
 * declared once for both sides.
 */
import { fixed, type Infer, move, option, record, scalar, service, text, u16, u8 } from "@doorbell-js/doorbell/kernel";
import { subscription } from "@doorbell-js/doorbell/push";

export const WlanStatus = record({ ssid: option(text(32)), linkState: u16, ipv4: fixed(u8, 4) });
export type Status = Infer<typeof WlanStatus>;
export const noWifi: Status = { ssid: undefined, linkState: 0, ipv4: [0, 0, 0, 0] };

export const wifi = subscription(WlanStatus, { subscribe: 0, unsubscribe: 1 });

export const NetManagerService = service({
  SubscribeWifiStats: wifi.subscribe,
  UnsubWifiStats: wifi.unsubscribe,
  StateChangeEvent: move(2, { value: WlanStatus, doc: "Contrived: the state is now this, so everybody is told." }),
  Quit: scalar(3, "Ends the server."),
});
