/*
 * Reconnection: a server whose new session gives the newest REPLAYED items again, a connection that is lost at any
 * moment, with whatever is on its way, and a client that reads on where it was. Items carry no number on the line:
 * the client compares them with those that it received last, as `History` does. What is checked:
 *
 *   1. no item is received twice, and items come in order;
 *   2. none is missed, as long as no more than REPLAYED were unread when the connection was made anew: what is further
 *      behind the server does not give;
 *   3. in the end all are received.
 *
 * An item is worth its number here; the client only ever compares two of them for being equal.
 *
 * -DBUG=n plants a fault that the verifier must find:
 *
 *   1  the client takes what a new session gives for new
 *   2  the client skips as many items of a new session as the server may give again, whatever they are
 *   3  the client decides at the first item, and holds nothing back
 *   4  an item that is on its way when the connection is lost counts as received
 */
#ifndef BUG
#define BUG 0
#endif
#ifndef ITEMS
#define ITEMS 5    /* that become available */
#endif
#ifndef LOSSES
#define LOSSES 2   /* of the connection */
#endif
#define REPLAYED 3 /* newest items that a new session finds unread; and as many are remembered by the client */

mtype = { FETCH, ITEM, EMPTY };

chan commands = [1] of { mtype };
chan lines = [1] of { mtype, byte };

byte newest = 0;
byte read = 0;           /* by the session that is */
byte losses = 0;

byte known[REPLAYED];    /* the items received last, the oldest first */
byte knows = 0;
byte held[REPLAYED];     /* of a new session: what may be known */
byte holds = 0;
bool undecided = false;  /* whether items are held back */
bool asked = false;
byte last = 0;           /* the item received last */

active proctype Server() {
end:
  do
  :: atomic { newest < ITEMS -> newest++ }
  :: atomic { commands?FETCH ->
       if
       :: read < newest -> read++; lines!ITEM(read)
       :: else -> lines!EMPTY(0)
       fi
     }
  od
}

/* Hands an item on, and remembers it. */
inline receive(item) {
  assert(item == last + 1);
  last = item;
  if
  :: knows < REPLAYED -> known[knows] = item; knows++
  :: else ->
     at = 0;
     do
     :: at < REPLAYED - 1 -> known[at] = known[at + 1]; at++
     :: else -> break
     od;
     known[REPLAYED - 1] = item
  fi
}

/* same = whether the first `count` held items are those known from `from` on */
inline compare(from, count) {
  same = true;
  at = 0;
  do
  :: at < count && same -> same = (held[at] == known[from + at]); at++
  :: else -> break
  od
}

/* Hands on what is new of what was held back. */
inline settle() {
  length = (holds < knows -> holds : knows);
  do
  :: length > 0 ->
     compare(knows - length, length);
     if
     :: same -> break
     :: else -> length--
     fi
  :: else -> break
  od;
  if
  :: BUG == 2 -> length = (holds < REPLAYED -> holds : REPLAYED)
  :: else
  fi;
  do
  :: length < holds -> receive(held[length]); length++
  :: else -> break
  od;
  holds = 0;
  undecided = false
}

/* overlaps = whether what is held stands somewhere in what is known, with more of it after */
inline couldOverlapMore() {
  overlaps = false;
  length = 0;
  do
  :: length + holds < knows && !overlaps -> compare(length, holds); overlaps = same; length++
  :: else -> break
  od
}

active proctype Client() {
  byte item, at, length;
  bool same, overlaps;
end:
  do
  :: atomic { !asked && (undecided || last < newest) -> asked = true; commands!FETCH }
  :: atomic { lines?ITEM(item) ->
       asked = false;
       if
       :: !undecided -> receive(item)
       :: else ->
          held[holds] = item;
          holds++;
          couldOverlapMore();
          if
          :: overlaps && BUG != 3
          :: else -> settle()
          fi
       fi;
       item = 0; at = 0; length = 0; same = false; overlaps = false
     }
  :: atomic { lines?EMPTY(_) ->
       asked = false;
       if
       :: undecided -> settle()
       :: else
       fi;
       at = 0; length = 0; same = false
     }
  /* The connection is lost, and made anew. Not when more came than a new session gives: nobody could help that. */
  :: atomic { losses < LOSSES && newest - last <= REPLAYED ->
       losses++;
       if
       :: BUG == 4 && nempty(lines) && !undecided -> lines?_(item); if :: item > 0 -> last = item :: else fi; item = 0
       :: else
       fi;
       do
       :: nempty(commands) -> commands?_
       :: nempty(lines) -> lines?_(_)
       :: empty(commands) && empty(lines) -> break
       od;
       read = (newest > REPLAYED -> newest - REPLAYED : 0);
       asked = false;
       holds = 0;
       undecided = (knows > 0 && BUG != 1)
     }
  :: atomic { timeout -> assert(last == ITEMS && !undecided); break }
  od
}

ltl delivered { <> [] (last == ITEMS) }
