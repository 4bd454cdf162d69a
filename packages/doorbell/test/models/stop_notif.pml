/*
 * The race of stop_notif, and all that switches notification mode: a client that turns notifications into items, and a
 * server, with a channel each way that holds lines back for as long as it likes. What is checked:
 *
 *   1. the OK finds its command: every answer reaches the command that it answers;
 *   2. no notification follows the OK of stop_notif;
 *   3. no notification is lost: every one that was sent is handed on, also one that crosses stop_notif;
 *   4. no item is lost: while the mode is wanted, all items are received in the end, once each and in order;
 *   5. nobody waits for ever.
 *
 * The two commands of the client's timer are here as the network may cut them, one after the other. In one piece they are
 * a second notif, which announces nothing that was announced: that is in test/line/client/rearm.test.ts.
 *
 * -DBUG=n plants a fault that the verifier must find:
 *
 *   1  the client takes whatever comes after stop_notif for its OK
 *   2  the client drops a notification that crosses stop_notif
 *   3  the server announces nothing when the mode is entered
 *   4  the server announces then what came meanwhile, and not what is unread (edge-triggered, not level-triggered)
 *   5  the client's timer switches the mode by itself, also while a switch for a fetch is under way
 *   6  the server's coalesced notification outlives the mode
 *   7  the server gives up a notification when the client does not keep up: it comes with the timer, that is, too late
 */
#ifndef BUG
#define BUG 0
#endif
#ifndef ITEMS
#define ITEMS 3 /* that become available */
#endif
#ifndef LINES
#define LINES 2 /* that are on their way to the client at most */
#endif
#define TAGS 4  /* of commands, to tell their answers apart: the lines have none, only this model */

mtype = { STOP, NOTIF, FETCH, OK, ITEM, EMPTY, BELL };
mtype = { INSIDE, LEAVING, OUTSIDE, FETCHING, ENTERING };

chan commands = [1] of { mtype, byte };
chan lines = [LINES] of { mtype, byte };

/* The server's session. */
byte newest = 0;       /* the item that became available last */
byte read = 0;         /* the item that was fetched last */
bool notifying = false;
bool due = false;      /* a notification waits until there is room: one, however many items rang */
bool changed = false;  /* for BUG 4: something became available outside the mode */
bool idled = false;    /* the idle limit took effect, once at most */

/* The client. */
mtype phase = OUTSIDE;
bool wanted = true;    /* the mode */
bool stops = false;    /* its user stops it for good, some time */
byte notified = 0;     /* notifications that no fetch has followed */
byte received = 0;
byte tag = 0;          /* of the command sent last */
bool rearmed = false;  /* the timer fell due at a bad moment, once at most */

/* Notifications that were sent and have not been handed on. */
byte flying = 0;

#define ROOM (len(lines) < LINES)

inline ring() {
  if
  :: notifying && !due && ROOM -> flying++; lines!BELL(0)
  :: notifying && (due || !ROOM) -> due = (BUG != 7)
  :: !notifying -> changed = true
  fi
}

active proctype Server() {
  byte number;
end:
  do
  :: atomic { newest < ITEMS -> newest++; ring() }
  :: atomic { notifying && due && ROOM -> due = false; flying++; lines!BELL(0) }
  :: atomic { BUG == 6 && due && ROOM -> due = false; flying++; lines!BELL(0) }
  :: atomic { notifying && !idled -> idled = true; notifying = false; due = false }
  :: commands?STOP(number) ->
     atomic { notifying = false; due = due && BUG == 6 }
     lines!OK(number)
  :: commands?NOTIF(number) ->
     lines!OK(number);
     atomic {
       notifying = true;
       if
       :: BUG == 3
       :: BUG == 4 && changed -> due = true
       :: BUG == 4 && !changed
       :: BUG != 3 && BUG != 4 && newest > read -> due = true
       :: BUG != 3 && BUG != 4 && newest == read
       fi;
       changed = false
     }
  :: commands?FETCH(number) ->
     if
     :: read < newest -> read++; lines!ITEM(number)
     :: else -> lines!EMPTY(number)
     fi
  od
}

inline send(command, next) {
  tag = (tag + 1) % TAGS;
  phase = next;
  commands!command(tag)
}

active proctype Client() {
  byte number;
  if
  :: stops = true
  :: skip
  fi;
  do
  /* Lines. */
  :: atomic { lines?BELL(_) ->
       assert(phase != OUTSIDE && phase != FETCHING);
       if
       :: BUG == 1 && phase == LEAVING -> flying--; notified++; phase = OUTSIDE
       :: BUG == 2 && phase == LEAVING
       :: else -> flying--; notified++
       fi
     }
  :: atomic { lines?OK(number) ->
       assert(phase == LEAVING || phase == ENTERING);
       assert(number == tag);
       if
       :: phase == LEAVING -> phase = OUTSIDE
       :: else -> phase = INSIDE
       fi
     }
  :: atomic { lines?ITEM(number) ->
       assert(phase == FETCHING && number == tag);
       received++;
       assert(received == read);
       phase = OUTSIDE
     }
  :: atomic { lines?EMPTY(number) ->
       assert(phase == FETCHING && number == tag);
       phase = OUTSIDE
     }
  /* Switches. */
  :: atomic { phase == INSIDE && notified > 0 -> send(STOP, LEAVING) }
  :: atomic { phase == INSIDE && !rearmed -> rearmed = true; send(STOP, LEAVING) }
  :: atomic { BUG == 5 && phase != INSIDE && !rearmed && len(commands) == 0 -> rearmed = true; send(STOP, LEAVING) }
  :: atomic { phase == INSIDE && wanted && stops -> wanted = false; send(STOP, LEAVING) }
  :: atomic { phase == OUTSIDE && notified > 0 -> notified--; send(FETCH, FETCHING) }
  :: atomic { phase == OUTSIDE && notified == 0 && wanted -> send(NOTIF, ENTERING) }
  /* Nothing else can happen: all lines have come, and time goes by until the timer is due. */
  :: atomic { timeout ->
       assert(phase == INSIDE || phase == OUTSIDE);
       assert(flying == 0 && notified == 0);
       if
       :: phase == OUTSIDE -> break
       :: phase == INSIDE ->
          assert(!notifying || received == ITEMS);
          send(STOP, LEAVING)
       fi
     }
  od
}

/* What the assertions at rest say of each state, said of whole runs. */
ltl delivered { <> [] ((wanted -> received == ITEMS) && flying == 0 && notified == 0) }
