/*
 * How a call is passed on (`Forwarding`, `Dispatch.passed`, `LaneAnswers.pass`, `Control.laneEnded`): a caller calls
 * thread 0, which may answer, or pass the message on to thread 1 or 2; so may thread 1; thread 2 is the last. Any of them
 * may die at any time. A call is known by a key; whoever knows it may answer, and it goes with the message. Who passes on
 *
 *   first publishes the message to its new holder,
 *   then tells the caller who holds the call now, and how often it was passed on: in its ring or, if there is no room, by
 *   the kernel. A caller that sleeps is not woken for that while more than half of its ring is free.
 *
 * The caller notes the word that tells of the farthest. When a thread dies it takes all that this one has published, and
 * then fails the call if that thread holds it; a word that names a thread that has ended fails it too. So a call can fail
 * although its message is with a thread that lives: its answer comes late then, and names a key that there is not.
 *
 * What is checked:
 *
 *   1. each call ends once, and none is left waiting when nothing can happen any more;
 *   2. a call ends by an answer only if that was given to this very call;
 *   3. no death of a thread that has told the caller that it passed the call on fails the call.
 *
 * Lanes are there from the beginning: the kernel lays one before the message that needs it is sent. That nobody sleeps
 * through what it was woken for is shown by the model of wake-ups: here, falling asleep is one step.
 *
 * -DBUG=n plants a fault that the verifier must find:
 *
 *   1  how often a call was passed on is not compared
 *   2  the caller is told before the message is sent
 *   3  the key of an answer is not looked at
 *   4  a word that names a thread that has ended is noted, and no more
 *   5  a call fails when the thread dies that it was sent to, although it was passed on
 *   6  who hears of a death does not wake a caller that it told something without waking it
 *   7  a message is dropped if its forwarder's death is heard of while it is taken
 *   8  a word for which there is no room is not told
 *   9  a death is acted on before what the dead thread published is taken
 *  10  what was passed on is discarded when its forwarder dies
 */
#ifndef BUG
#define BUG 0
#endif
#ifndef CALLS
#define CALLS 1    /* one after the other, of the same place in the caller's table */
#endif
#ifndef ROOM
#define ROOM 1     /* slots in a ring to the caller */
#endif
#ifndef MORTAL
#define MORTAL 7   /* those who may die, by bits: each of them does in some runs, and lives on in others */
#endif

#define THREADS 3
#define LAST 2
#define NOBODY 9
#define LANE(from, to) lane[(from) * THREADS + (to)]
#define TOLD(which, by) told[(which) * THREADS + (by)]

mtype = { ANSWER, PASSED, GONE };

/* To the caller, from each thread: what, of which call; if it was passed on, to whom, and how often. */
chan ring[THREADS] = [ROOM] of { mtype, byte, byte, byte };
/* The kernel's line to the caller: the same, or who has died. */
chan news = [8] of { mtype, byte, byte, byte };
/* Calls, and what is passed on: by from and to; the key, and how often it was passed on. */
chan called = [CALLS] of { byte };
chan lane[THREADS * THREADS] = [CALLS] of { byte, byte };
/* The kernel's lines to the others: who has died. */
chan died[THREADS] = [THREADS] of { byte };

/* The caller's. A key is the number of its call: nobody guesses one. */
bool pending, awake;
byte key, holder, depth;
bool gone[THREADS];
byte made = 0;
byte ends[CALLS];
byte mortal;
/* For the assertions alone: who has told the caller of this call that it passed it on. */
bool told[CALLS * THREADS];

inline conclude() {
  assert(pending);
  pending = false;
  ends[key]++;
  assert(ends[key] == 1)
}

/* Takes an answer, or a word that a call was passed on. */
inline take() {
  if
  :: pending && (which == key || BUG == 3) && what == ANSWER ->
     assert(which == key);
     conclude()
  :: pending && which == key && what == PASSED && (far > depth || BUG == 1) ->
     depth = far; holder = to;
     if
     :: gone[to] && BUG != 4 -> conclude()
     :: else
     fi
  :: else /* of a call that has ended, or told before */
  fi;
  what = 0; which = 0; to = 0; far = 0
}

proctype Caller() {
  byte which, to, far, by;
  mtype what;
end:
  do
  :: atomic {
       !pending && made < CALLS && !gone[0] ->
       key = made; made++;
       pending = true; awake = true; holder = 0; depth = 0;
       called ! key
     }
  :: atomic { awake && !gone[0] && nempty(ring[0]) -> ring[0] ? what, which, to, far; take() }
  :: atomic { awake && !gone[1] && nempty(ring[1]) -> ring[1] ? what, which, to, far; take() }
  :: atomic { awake && !gone[2] && nempty(ring[2]) -> ring[2] ? what, which, to, far; take() }
  :: atomic {
       nempty(news) ->
       awake = true;
       news ? what, which, to, far;
       if
       :: what == PASSED -> take()
       :: else ->
          by = which;
          do
          :: nempty(ring[by]) && BUG != 9 -> ring[by] ? what, which, to, far; take()
          :: else -> break
          od;
          what = 0; which = 0;
          gone[by] = true;
          if
          :: pending && (holder == by || (BUG == 5 && by == 0)) ->
             assert(!TOLD(key, by));
             conclude()
          :: else
          fi;
          by = 0
       fi
     }
  :: atomic { awake && empty(news) && empty(ring[0]) && empty(ring[1]) && empty(ring[2]) -> awake = false }
  od
}

inline tell() {
  if
  :: nfull(ring[me]) ->
     ring[me] ! PASSED, has, to, far + 1;
     if
     :: ROOM - len(ring[me]) > ROOM / 2 -> quiet = true
     :: else -> awake = true
     fi
  :: full(ring[me]) && BUG != 8 -> news ! PASSED, has, to, far + 1
  :: full(ring[me]) && BUG == 8
  fi;
  TOLD(has, me) = true
}

/* Takes a message that was passed on, if it has none in hand. */
inline receive(from) {
  LANE(from, me) ? has, far;
  if
  :: BUG == 7 && nempty(died[me]) -> has = NOBODY; far = 0
  :: else
  fi
}

proctype Holder(byte me) {
  byte has = NOBODY, far = 0, to, by;
  bool heard[THREADS];
  bool quiet;
end:
  do
  :: atomic { has == NOBODY && me == 0 && nempty(called) -> called ? has }
  :: atomic { has == NOBODY && me > 0 && nempty(LANE(0, me)) -> receive(0) }
  :: atomic { has == NOBODY && me > 1 && nempty(LANE(1, me)) -> receive(1) }
  /* It answers, now or once there is room. */
  :: atomic {
       has != NOBODY && nfull(ring[me]) ->
       ring[me] ! ANSWER, has, 0, 0;
       awake = true; quiet = false;
       has = NOBODY; far = 0
     }
  /* It passes the message on. */
  :: atomic {
       has != NOBODY && me < LAST && (!heard[LAST] || (me == 0 && !heard[1])) ->
       if
       :: me == 0 && !heard[1] -> to = 1
       :: !heard[LAST] -> to = LAST
       fi;
       if
       :: BUG == 2 -> tell()
       :: else -> LANE(me, to) ! has, far + 1
       fi
     }
     if
     :: (mortal >> me) & 1 -> goto dies /* between the two */
     :: true
     fi;
     atomic {
       if
       :: BUG == 2 -> LANE(me, to) ! has, far + 1
       :: else -> tell()
       fi;
       has = NOBODY; far = 0; to = 0
     }
  /* The kernel's news that another has died: what that one sent is taken all the same. */
  :: atomic {
       nempty(died[me]) ->
       died[me] ? by;
       heard[by] = true;
       if
       :: quiet && BUG != 6 -> quiet = false; awake = true
       :: else
       fi;
       if
       :: BUG == 10 && by < me ->
          do
          :: nempty(LANE(by, me)) -> LANE(by, me) ? has, far
          :: else -> break
          od;
          has = NOBODY; far = 0
       :: else
       fi;
       by = 0
     }
  :: (mortal >> me) & 1 -> goto dies
  od;

dies:
  atomic {
    news ! GONE, me, 0, 0;
    by = 0;
    do
    :: by < THREADS ->
       if
       :: by != me -> died[by] ! me
       :: else
       fi;
       by++
    :: else -> break
    od;
    by = 0; has = NOBODY; to = 0; far = 0
  }
}

init {
  atomic {
    select(mortal: 0 .. 7);
    mortal = mortal & MORTAL;
    run Caller();
    run Holder(0);
    run Holder(1);
    run Holder(LAST)
  }
  timeout -> assert(!pending)
}

/* From some time on nothing is waited for. */
ltl done { <> [] !pending }
