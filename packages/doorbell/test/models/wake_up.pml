/*
 * How threads of the kernel sleep and wake each other (`Wake`, `Sleeper`, `Station`, the lanes' room), step by atomic
 * step. A thread looks, says in FLAG how it sleeps, looks again, and sleeps: parked (Atomics.wait) in a blocking call,
 * or by a waiter in its event loop (Atomics.waitAsync), which stays while a blocking call comes in between. Who sends
 * publishes first and reads FLAG second. Who waits for room asks for it (ROOM_WANTED), and looks for it again. The
 * look-again timer is left out: it is a net, and nothing may need it. A thread that looks for a while before it sleeps may
 * do so or not, each time: where that makes a difference, both are tried. What is checked:
 *
 *   1. no wake-up is lost: when nothing can happen any more, all was sent, received and heard;
 *   2. no run goes on for ever without getting there;
 *   3. no ring and no queue is overrun.
 *
 * SCENE 1: two threads send to a third, which the kernel tells something as well. The first sender ends once it has
 * published all, and may die before it has woken anybody; the kernel tells of its end, however it came. SCENE 2: two
 * threads send to each other, and both may find no room at once. A blocking receive waits there until all is sent.
 * SCENE 3: the second thread sends to the first, which does one thing at a time; the kernel tells the first something
 * once the second has sent all. Between two messages the first may wait for that, with some places free.
 *
 * -DBUG=n plants a fault that the verifier must find:
 *
 *   1  the flag is set after the last look
 *   2  the sender reads the flag before it publishes
 *   3  the sleeper waits on a lane's tail, and not on the flag
 *   4  the kernel's word is a mark, cleared by compare-exchange when its line is empty
 *   5  one waiter is notified, and not all
 *   6  the receiver looks whether room is wanted before it gives some
 *   7  who wants room asks for it, and does not look again
 *   8  who is parked for room takes nothing meanwhile
 *   9  a blocking call ends without a word about the event loop's wait
 *  10  places in a queue that are too few to be told at once are never told
 *  11  they are told when something else makes the thread look
 *  12  the kernel notifies only if it was its own exchange that cleared the flag
 */
#ifndef BUG
#define BUG 0
#endif
#ifndef SCENE
#define SCENE 1
#endif
#ifndef SLOTS
#define SLOTS 1    /* of a ring */
#endif
#ifndef QUEUE
#define QUEUE 2    /* messages of a connection that are not received */
#endif
#ifndef ENOUGH
#define ENOUGH 2   /* places made before a sender is told */
#endif
#ifndef MESSAGES
#define MESSAGES 3 /* by each lane */
#endif
#ifndef NEWS
#define NEWS 1     /* from the kernel, besides that a sender has ended */
#endif

#ifndef MAY
#define MAY 15     /* of what the program of thread 0 may do: 1 await room, 2 park for it, 4 await what comes, 8 park */
#endif
#ifndef PEER_MAY
#define PEER_MAY MAY
#endif

#ifndef BUSY
#define BUSY 0     /* 1: thread 0 awaits something else, too, that never comes */
#endif
#define ELSE (BUSY && me == 0)
#define AWAITED (sending || receiving || hearing || ELSE)

#define AWAKE 0
#define PARKED 1
#define IN_LOOP 2

#if SCENE == 1
#define THREADS 1
#define FROM(lane) 0
#define TO(lane) 0
#define OUT (me)
#define FIRST_IN 0
#define END_IN (me == 0 -> 2 : 0)
#define MAY_PARK_TO_RECEIVE true
#define MAY_HEAR true
#define MAY_GET true
#else
#define THREADS 2
#define FROM(lane) (lane)
#define TO(lane) (1 - lane)
#define OUT (me)
#define FIRST_IN (1 - me)
#define END_IN (2 - me)
#define MAY_PARK_TO_RECEIVE (toSend == 0)
#define MAY_HEAR (toGet <= QUEUE) /* the others have room then */
#define MAY_GET (SCENE != 3 || !hearing)
#endif

/* Shared words. */
byte flag[THREADS];
byte tail[2];
byte head[2];
byte consumed[2];
bit roomWanted[2];
byte control = 0;

/* The operating system's: who waits on a flag. The event loop's waiter is always the older of a thread's two. */
bool parked[THREADS];
bool listed[THREADS];
bool resolved[THREADS];

bool gone = false;      /* the first sender has ended, or sent all */
byte mail = 0;          /* what the kernel has posted to thread 0 */
byte left = (SCENE == 3 -> 2 : 4) * MESSAGES + (SCENE == 2 -> 0 : NEWS + 1); /* what is to be sent, received and heard yet */

mtype = { SEND, RECEIVE, HEAR };

inline notify(thread) {
  d_step {
    if
    :: BUG == 5 && listed[thread] -> listed[thread] = false; resolved[thread] = true
    :: else ->
       parked[thread] = false;
       if
       :: listed[thread] -> listed[thread] = false; resolved[thread] = true
       :: else
       fi
    fi
  }
}

inline ringAs(thread, said) {
  if
  :: said != AWAKE ->
     if
     :: d_step { flag[thread] == said -> flag[thread] = AWAKE; said = 0 }
        notify(thread)
     :: d_step { flag[thread] != said -> said = 0 }
     fi
  :: else
  fi
}

inline ring(thread) {
  word = flag[thread];
  ringAs(thread, word)
}

/* fits = whether there was room, and then one was sent */
inline attempt() {
  if
  :: BUG == 2 -> word = flag[TO(OUT)]
  :: else
  fi;
  d_step {
    fits = (tail[OUT] - head[OUT] < SLOTS && tail[OUT] - consumed[OUT] < QUEUE);
    if
    :: fits -> tail[OUT] = tail[OUT] + 1; toSend--; left--; gone = (SCENE == 3 && toSend == 0)
    :: else
    fi
  }
  if
  :: fits && BUG != 2 -> ring(TO(OUT))
  :: fits && BUG == 2 -> ringAs(TO(OUT), word)
  :: else -> word = 0
  fi
}

inline ended() { scheduled = (scheduled || !AWAITED) }

/* went = whether the waiting send went */
inline sendWaiting() {
  went = false;
  if
  :: sending ->
     attempt();
     d_step {
       if
       :: fits -> went = true; sending = false; ended()
       :: else
       fi;
       fits = false
     }
  :: else
  fi
}

inline tellRoom(lane) {
  if
  :: d_step { roomWanted[lane] -> roomWanted[lane] = 0 }
     ring(FROM(lane))
  :: !roomWanted[lane]
  fi
}

inline giveRoom(lane) {
  if
  :: freed[lane] > 0 -> freed[lane] = 0; tellRoom(lane)
  :: else
  fi
}

/* One message of the lane is received. */
inline consume(lane) {
  d_step { consumed[lane] = consumed[lane] + 1; freed[lane] = freed[lane] + 1; toGet--; left-- }
  if
  :: freed[lane] >= ENOUGH -> giveRoom(lane)
  :: freed[lane] < ENOUGH && BUG == 11
  :: else -> scheduled = true
  fi
}

/* Takes all that is in a lane. Who awaits a message receives the first; others are queued. */
inline drainLane(lane) {
  if
  :: BUG != 10 -> giveRoom(lane)
  :: else
  fi;
  d_step {
    count = tail[lane] - taken[lane];
    assert(count <= SLOTS && queued[lane] + count <= QUEUE);
    taken[lane] = tail[lane];
    queued[lane] = queued[lane] + count
  }
  if
  :: count > 0 ->
     any = true;
     if
     :: receiving -> d_step { queued[lane] = queued[lane] - 1; receiving = false; ended() } consume(lane)
     :: else
     fi;
     if
     :: BUG == 6 -> tellRoom(lane); head[lane] = taken[lane]
     :: else -> head[lane] = taken[lane]; tellRoom(lane)
     fi
  :: else
  fi;
  count = 0
}

inline hear() {
  d_step {
    mail--; heard++;
    if
    :: hearing -> hearing = false; heard--; toHear--; left--; ended()
    :: else
    fi
  }
}

/* any = whether there was anything */
inline pump() {
  any = false;
  if
  :: SCENE != 2 && me == 0 && control != seen ->
     if
     :: BUG != 4 -> seen = control
     :: else
     fi;
     do
     :: atomic { mail > 0 -> hear(); any = true }
     :: atomic { mail == 0 -> break }
     od;
     if
     :: BUG == 4 -> control = 0
     :: else
     fi
  :: else
  fi;
  lane = FIRST_IN;
  do
  :: lane < END_IN -> drainLane(lane); lane++
  :: else -> break
  od;
  lane = 0;
  sendWaiting();
  any = any || went;
  went = false
}

/* any = whether there is anything to take, or what waited had room */
inline pending() {
  any = (SCENE != 2 && me == 0 && control != seen);
  lane = FIRST_IN;
  do
  :: lane < END_IN && !any ->
     if
     :: BUG != 10 -> giveRoom(lane)
     :: else
     fi;
     any = (tail[lane] != taken[lane]);
     lane++
  :: else -> break
  od;
  lane = 0;
  if
  :: !any && sending ->
     roomWanted[OUT] = 1;
     if
     :: BUG != 7 -> sendWaiting(); any = went; went = false
     :: else
     fi
  :: else
  fi
}

/* Takes a message that is queued: done = whether there was one. */
inline shift() {
  lane = FIRST_IN;
  do
  :: lane < END_IN && queued[lane] == 0 -> lane++
  :: else -> break
  od;
  done = (lane < END_IN);
  if
  :: done -> queued[lane] = queued[lane] - 1; consume(lane)
  :: else
  fi;
  lane = 0
}

/* done = whether what the blocking call waits for was there */
inline isDone() {
  done = false;
  if
  :: goal == SEND ->
     round = 0;
     do
     :: !sending && round < 2 ->
        attempt();
        round++;
        if
        :: fits -> done = true; fits = false; break
        :: !fits && round == 1 && BUG != 7 -> roomWanted[OUT] = 1
        :: !fits && round == 1 && BUG == 7 -> roomWanted[OUT] = 1; break
        :: else -> break
        fi
     :: else -> roomWanted[OUT] = 1; break /* others wait in line before it */
     od;
     round = 0
  :: goal == RECEIVE -> shift()
  :: goal == HEAR && heard > 0 -> d_step { heard--; toHear--; left--; done = true }
  :: else
  fi
}

proctype Thread(byte me; byte toSend; byte toGet; byte toHear; byte may) {
  byte taken[2], queued[2], freed[2];
  byte seen, heard, lane, count, word, round;
  bool sending, receiving, hearing; /* what is awaited */
  bool armed, scheduled;
  bool fits, went, any, some, done;
  mtype goal;

  scheduled = ELSE;

  /* The event loop, and the program: it begins to await something, or blocks. */
end:
  if
  :: scheduled -> goto turn
  :: atomic { resolved[me] -> resolved[me] = false; armed = false }
     if
     :: !scheduled -> goto turn
     :: else -> goto end
     fi
  :: atomic { SCENE != 2 && me == 0 && mail > 0 -> hear(); scheduled = true; goto end }
  :: toSend > 0 && !sending && (may & 1) ->
     attempt();
     if
     :: fits -> fits = false; goto end
     :: else -> sending = true; done = true; goto begin
     fi
  :: toGet > 0 && !receiving && (may & 4) && MAY_GET ->
     shift();
     if
     :: !done -> pump(); any = false; shift()
     :: else
     fi;
     if
     :: done -> done = false; goto end
     :: else -> receiving = true; goto begin
     fi
  :: toHear > 0 && !hearing && (may & 4) && MAY_HEAR ->
     if
     :: heard > 0 -> d_step { heard--; toHear--; left-- } goto end
     :: else -> hearing = true; goto begin
     fi
  :: toSend > (sending -> 1 : 0) && (may & 2) -> goal = SEND; goto block
  :: toGet > (receiving -> 1 : 0) && (may & 8) && MAY_PARK_TO_RECEIVE && MAY_GET -> goal = RECEIVE; goto block
  :: toHear > (hearing -> 1 : 0) && (may & 8) && MAY_HEAR -> goal = HEAR; goto block
  fi;

block:
  if
  :: BUG != 8 || goal != SEND -> pump(); any = false
  :: else
  fi;
  isDone();
  if
  :: done -> done = false; goal = 0; goto end /* it never slept */
  :: else
  fi;
  do
  :: if
     :: BUG != 1 -> flag[me] = PARKED
     :: else
     fi;
     isDone();
     if
     :: done -> break
     :: else
     fi;
     if
     :: BUG != 8 || goal != SEND -> pending()
     :: else
     fi;
     if
     :: BUG == 1 -> flag[me] = PARKED
     :: else
     fi;
     if
     :: any -> any = false
     :: else ->
        d_step {
          if
          :: BUG == 3 -> parked[me] = (FIRST_IN >= END_IN || tail[FIRST_IN] == taken[FIRST_IN])
          :: else -> parked[me] = (flag[me] == PARKED)
          fi
        }
        !parked[me]
     fi;
     if
     :: BUG != 8 || goal != SEND -> pump(); any = false
     :: else
     fi;
     isDone();
     if
     :: done -> break
     :: else
     fi
  od;
  done = false;
  goal = 0;
  flag[me] = AWAKE;
  if
  :: AWAITED && BUG != 9 -> goto listen
  :: else -> goto end
  fi;

  /* Something more is awaited; done = whether a turn comes in any case. */
begin:
  if
  :: sending + receiving + hearing + ELSE > 1 -> scheduled = (scheduled || done); done = false; goto end
  :: else
  fi;

listen:
  if
  :: scheduled = true; done = false; goto end /* it will look for a while */
  :: scheduled = false; goto rest
  fi;

turn:
  scheduled = false;
  flag[me] = AWAKE;
  some = false;
  do
  :: pump();
     if
     :: any -> any = false; some = true
     :: else -> break
     fi
  od;
  if
  :: some -> some = false; scheduled = true; goto end /* it will look for a while */
  :: some = false
  fi;

rest:
  if
  :: scheduled
  :: !scheduled && !AWAITED -> flag[me] = AWAKE
  :: else ->
     if
     :: BUG != 1 -> flag[me] = IN_LOOP
     :: else
     fi;
     pending();
     if
     :: BUG == 1 -> flag[me] = IN_LOOP
     :: else
     fi;
     if
     :: any -> any = false; flag[me] = AWAKE; scheduled = true
     :: !any && !armed ->
        d_step {
          if
          :: flag[me] == IN_LOOP || BUG == 3 -> listed[me] = true; armed = true
          :: else -> scheduled = true
          fi
        }
     :: else
     fi
  fi;
  scheduled = (scheduled || done); /* who waits for room looks once more in any case */
  done = false;
  goto end
}

/* Sends when there is room, however it waits for that. The first may die once it has published all. */
proctype Sender(byte me; byte toSend) {
  byte word;
  do
  :: toSend > 0 ->
     if
     :: BUG == 2 -> word = flag[0]
     :: else
     fi;
     d_step {
       tail[me] - head[me] < SLOTS && tail[me] - consumed[me] < QUEUE -> tail[me] = tail[me] + 1; toSend--; left--
     }
     if
     :: me == 0 && toSend == 0 -> break
     :: BUG != 2 -> word = flag[0]
     :: else
     fi;
     if
     :: word != AWAKE ->
        if
        :: d_step { flag[0] == word -> flag[0] = AWAKE; word = 0 }
           if
           :: me == 0 && toSend == 0 -> break
           :: notify(0)
           fi
        :: d_step { flag[0] != word -> word = 0 }
        fi
     :: else
     fi
  :: else -> break
  od;
  if
  :: me == 0 -> gone = true
  :: else
  fi
}

/* Posts on the control line, and wakes who is parked; an event loop hears of it by itself. */
proctype Kernel() {
  byte posts = 0;
  bool cleared;
  do
  :: posts < NEWS || (gone && posts == NEWS) ->
     posts++;
     mail++;
     control = (BUG == 4 -> 1 : control + 1);
     d_step {
       cleared = (flag[0] == PARKED);
       if
       :: cleared -> flag[0] = AWAKE
       :: else
       fi
     }
     if
     :: cleared || BUG != 12 -> notify(0)
     :: else
     fi;
     cleared = false
  :: posts > NEWS -> break
  od
}

init {
  atomic {
#if SCENE == 1
    run Thread(0, 0, 2 * MESSAGES, NEWS + 1, MAY);
    run Sender(0, MESSAGES);
    run Sender(1, MESSAGES);
    run Kernel()
#elif SCENE == 3
    run Thread(0, 0, MESSAGES, NEWS + 1, MAY);
    run Thread(1, MESSAGES, 0, 0, PEER_MAY);
    run Kernel()
#else
    run Thread(0, MESSAGES, MESSAGES, 0, MAY);
    run Thread(1, MESSAGES, MESSAGES, 0, PEER_MAY)
#endif
  }
  timeout -> assert(left == 0)
}

ltl delivered { <> [] (left == 0) }
