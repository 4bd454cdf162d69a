/*
 * How the right to answer a call is handed on. A caller has called thread 0; whoever holds the message may answer it, or
 * forward it to any thread, also to one that had it before, and may die at any time. The right to answer is a key, which
 * the caller takes from one lane alone. Who forwards
 *
 *   first publishes to the caller: "passed", from the old key to a new one and another lane;
 *   then sends the message to its target, with the new key.
 *
 * So whoever sees what the target did can see the pass. The caller, when it takes an answer or a pass that the call's
 * right does not match, keeps it aside, hears the kernel's news, takes all that is published on all lanes, and matches
 * again. Whatever it sets aside meanwhile needs another such round. What then matches nothing is dropped.
 *
 * When a thread dies the caller takes all that it has published. The call fails if its right is at that thread. If that
 * thread passed it on, the caller asks the new holder, which takes all that the dead thread has sent it, and says under
 * that right that there is no message if it holds none.
 *
 * What is checked:
 *
 *   1. the call ends once, whoever dies when, and is not left waiting when nothing can happen any more;
 *   2. it ends by an answer if the holder of its message gave one, and by a failure only if none can.
 *
 * -DBUG=n plants a fault that the verifier must find:
 *
 *   1  a forwarder sends before it passes the right on
 *   2  an answer that does not match is dropped at once
 *   3  a pass that does not match is dropped at once
 *   4  what was set aside during a round is dropped at its end
 *   5  lanes of which the kernel's news is not heard yet are not taken
 *   6  nobody is asked when a forwarder dies
 *   7  who is asked does not take the dead thread's lane first
 *   8  a message that was forwarded is discarded when its forwarder dies
 *   9  a call fails when the thread that it was sent to dies, although it was passed on
 *  10  a pass to a thread that has ended is noted, and no more
 *  11  a call whose right is at a thread that dies fails before what that thread published is taken
 */
#ifndef BUG
#define BUG 0
#endif
#ifndef THREADS
#define THREADS 3  /* that hold it; 4 at most. To the first and the last the caller has a lane from the beginning */
#endif
#ifndef FORWARDS
#define FORWARDS 3 /* in all */
#endif
#ifndef BACK
#define BACK 1     /* whether it may go to a thread that had it before */
#endif
#ifndef MORTAL
#define MORTAL 7   /* those who may die, by bits */
#endif

#define LAST (THREADS - 1)
#define NONE 99
#define KEYS (FORWARDS + 1)
#define A_LANE(from, to) lane[(from) * 4 + (to)]

mtype = { PASSED, ANSWER, FAILURE, ASK, LANE, GONE };

/* To the caller, from each thread: what, under which key; of a pass, the new lane and key. */
chan toCaller[4] = [KEYS + 3] of { mtype, byte, byte, byte };
/* From the caller: a key and, if it is a question, the thread that died. The call itself is in thread 0's hand. */
chan asked[4] = [3] of { byte, byte };
/* Between threads, by from and to: keys of forwarded messages. */
chan lane[16] = [2] of { byte };
/* The kernel's news to the caller, in order: a lane is laid, a thread has died. */
chan news = [8] of { mtype, byte };

bool laid[4];     /* the caller has a lane to it, as the kernel sees it */
bool dead[4];     /* as the kernel sees it */
bool discards[16]; /* the kernel's news to one thread that another has died, by from and to */
byte keys = 1;    /* how many were made; random numbers in truth */

byte over = 0;    /* how often the call has ended */
bool answered;    /* by an answer */
bool given;       /* the holder of the message has answered */

inline conclude(well) {
  assert(over == 0);
  over = 1;
  answered = well;
  assert(well || !given)
}

proctype Caller() {
  bool known[4], ended[4], dying[4];
  byte at = 0, key = 0, passer = NONE; /* the right: whose lane, which key; who passed it there */
  /* What is aside, by the key that it names. A key is in one thread's hand, so there is one thing under each at most. */
  mtype aside[KEYS];
  byte asideBy[KEYS], asideAt[KEYS], asideKey[KEYS];
  mtype what;
  byte by, named, newAt, newKey, next;
  bool again;

  d_step {
    known[0] = true; known[LAST] = true; next = 0
  }
end:
  do
  :: atomic { len(toCaller[0]) > 0 && known[0] && !ended[0] -> by = 0 } goto one
  :: atomic { len(toCaller[1]) > 0 && known[1] && !ended[1] -> by = 1 } goto one
  :: atomic { len(toCaller[2]) > 0 && known[2] && !ended[2] -> by = 2 } goto one
  :: atomic { len(toCaller[3]) > 0 && known[3] && !ended[3] -> by = 3 } goto one
  :: atomic { news ? what, by;
       if
       :: what == LANE -> known[by] = true
       :: else -> dying[by] = true
       fi;
       what = 0; by = 0
     }
  :: dying[0] -> by = 0; goto death
  :: dying[1] -> by = 1; goto death
  :: dying[2] -> by = 2; goto death
  :: dying[3] -> by = 3; goto death
  od;

/* Takes one slot. */
one:
  atomic {
    toCaller[by] ? what, named, newAt, newKey;
    again = false;
    goto judge
  }

/* Takes all that a dead thread has published, then ends its lane. */
death:
  atomic {
    if
    :: len(toCaller[by]) > 0 && !(BUG == 11 && at == by) -> goto one
    :: else ->
       dying[by] = false;
       ended[by] = true;
       if
       :: over == 0 && (at == by || (BUG == 9 && by == 0)) -> conclude(false)
       :: over == 0 && at != by && !(BUG == 9 && by == 0) && passer == by && !ended[at] && BUG != 6 -> asked[at] ! key, by
       :: else
       fi
    fi;
    by = 0;
    goto end
  }

/* A slot is in hand: it is applied, or set aside. */
judge:
  atomic {
    if
    :: over == 1 -> skip /* discarded */
    :: over == 0 && by == at && named == key ->
       if
       :: what == ANSWER -> conclude(true)
       :: what == FAILURE -> conclude(false)
       :: what == PASSED ->
          at = newAt; key = newKey; passer = by;
          if
          :: ended[at] && BUG != 10 -> conclude(false)
          :: else
          fi
       fi
    :: over == 0 && !(by == at && named == key) ->
       if
       :: (BUG == 2 && what != PASSED) || (BUG == 3 && what == PASSED) -> skip
       :: else ->
          /* A failure that is told under a key that was passed on finds that key taken: it is the later, and counts less. */
          if
          :: aside[named] == 0 || what != FAILURE -> aside[named] = what; asideBy[named] = by; asideAt[named] = newAt; asideKey[named] = newKey
          :: else
          fi;
          again = true
       fi
    fi;
    /* What is aside may match by now. */
    do
    :: over == 0 && aside[key] != 0 && asideBy[key] == at ->
       what = aside[key]; aside[key] = 0;
       if
       :: what == ANSWER -> conclude(true)
       :: what == FAILURE -> conclude(false)
       :: what == PASSED ->
          newAt = asideAt[key]; passer = at; key = asideKey[key]; at = newAt;
          if
          :: ended[at] && BUG != 10 -> conclude(false)
          :: else
          fi
       fi
    :: else -> break
    od;
    what = 0; named = 0; newAt = 0; newKey = 0
  }
  if
  :: next > 0 -> goto more
  :: next == 0 && again -> goto round
  :: else -> by = 0; goto end
  fi;

/* A round: the news, then each lane that is known, until it is empty. */
round:
  again = false;
  do
  :: atomic { BUG != 5 && len(news) > 0 -> news ? what, by;
       if
       :: what == LANE -> known[by] = true
       :: else -> dying[by] = true
       fi;
       what = 0; by = 0
     }
  :: atomic { BUG == 5 || len(news) == 0 -> break }
  od;
  next = 1;
more:
  atomic {
    do
    :: next <= THREADS && known[next - 1] && !ended[next - 1] && len(toCaller[next - 1]) > 0 ->
       by = next - 1;
       toCaller[by] ? what, named, newAt, newKey;
       goto judge
    :: next <= THREADS && !(known[next - 1] && !ended[next - 1] && len(toCaller[next - 1]) > 0) -> next++; break
    :: next > THREADS -> break
    od
  }
  if
  :: next <= THREADS -> goto more
  :: next > THREADS && again && over == 0 && BUG != 4 -> goto round
  :: else
  fi;
  d_step {
    next = 0;
    do
    :: next < KEYS -> aside[next] = 0; asideBy[next] = 0; asideAt[next] = 0; asideKey[next] = 0; next++
    :: else -> break
    od;
    next = 0; by = 0; again = false
  }
  goto end
}

/* Takes the message, if it is there. */
inline fetch(from) {
  if
  :: len(A_LANE(from, me)) > 0 -> A_LANE(from, me) ? held
  :: else
  fi
}

proctype Holder(byte me; byte held) {
  byte to, which, who;
end:
  do
  /* What comes by the lanes. */
  :: atomic { len(A_LANE(0, me)) > 0 -> fetch(0) }
  :: atomic { len(A_LANE(1, me)) > 0 -> fetch(1) }
  :: atomic { len(A_LANE(2, me)) > 0 -> fetch(2) }
  :: atomic { len(A_LANE(3, me)) > 0 -> fetch(3) }
  :: atomic {
       asked[me] ? which, who ->
       if
       :: BUG != 7 -> fetch(who)
       :: else
       fi;
       if
       :: held != which -> toCaller[me] ! FAILURE, which, 0, 0
       :: else
       fi;
       which = 0; who = 0
     }
  /* The kernel's news that another has died. */
  :: atomic { discards[0 + me] -> discards[0 + me] = false; who = 0 } goto bereaved
  :: atomic { discards[4 + me] -> discards[4 + me] = false; who = 1 } goto bereaved
  :: atomic { discards[8 + me] -> discards[8 + me] = false; who = 2 } goto bereaved
  :: atomic { discards[12 + me] -> discards[12 + me] = false; who = 3 } goto bereaved
  /* The program answers. */
  :: atomic {
       held != NONE ->
       toCaller[me] ! ANSWER, held, 0, 0;
       held = NONE;
       given = true
     }
  /* It forwards: the kernel lays a lane to the caller first, unless the target is gone. */
  :: atomic {
       held != NONE && keys < KEYS && (BACK || me < LAST) ->
       if
       :: BACK && me != 0 -> to = 0
       :: (BACK || me < 1) && me != 1 && (THREADS > 2) && (laid[1] || !dead[1]) -> to = 1
       :: (BACK || me < 2) && me != 2 && (THREADS > 3) && (laid[2] || !dead[2]) -> to = 2
       :: me != LAST -> to = LAST
       fi;
       if
       :: !laid[to] -> laid[to] = true; news ! LANE, to
       :: else
       fi;
       which = keys; keys++
     }
     if
     :: BUG == 1 -> A_LANE(me, to) ! which
     :: else -> toCaller[me] ! PASSED, held, to, which
     fi;
     if
     :: (MORTAL >> me) & 1 -> goto dies /* between the two */
     :: true
     fi;
     atomic {
       if
       :: BUG == 1 -> toCaller[me] ! PASSED, held, to, which
       :: else -> A_LANE(me, to) ! which
       fi;
       held = NONE; which = 0; to = 0
     }
  :: (MORTAL >> me) & 1 -> goto dies
  od;

bereaved:
  atomic {
    if
    :: BUG == 8 && (len(A_LANE(who, me)) > 0 || held != NONE) ->
       fetch(who);
       held = NONE
    :: else -> fetch(who)
    fi;
    who = 0;
    goto end
  }

dies:
  atomic {
    dead[me] = true;
    if
    :: laid[me] -> news ! GONE, me
    :: else
    fi;
    who = 0;
    do
    :: who < THREADS -> discards[me * 4 + who] = (who != me && !dead[who]); who++
    :: else -> break
    od
  }
}

init {
  atomic {
    laid[0] = true; laid[LAST] = true;
    run Caller();
    run Holder(0, 0);
#if THREADS > 2
    run Holder(1, NONE);
#endif
#if THREADS > 3
    run Holder(2, NONE);
#endif
    run Holder(LAST, NONE)
  }
  timeout -> assert(over == 1 && (answered || !given))
}

ltl ends { <> (over == 1) }
