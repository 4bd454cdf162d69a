/*
 * The answer to a call (`CallTable`, `Dispatch`, `CallMessage`, `Control.laneEnded`): a caller with two lanes, to a thread
 * whose server keeps the rules, and to one that answers what it likes. The honest one may destroy its server by force,
 * and may die at any time; its death is told by the kernel. The caller gives some calls up at their deadline. What is
 * checked:
 *
 *   1. a call ends once, and none is left waiting when nothing can happen any more;
 *   2. a call ends by an answer only if that came by the lane it went out on, and was given to this very call. Who makes
 *      an answer up can only hit a call that it was to answer anyway;
 *   3. what was answered before its thread died is answered;
 *   4. an index is used again only when no answer to it can come any more, and none is lost;
 *   5. the lane of a thread that keeps the rules is never cut.
 *
 * Which call an answer was given to is written into it (`whose`), for the assertions alone: nothing else looks at it.
 *
 * -DBUG=n plants a fault that the verifier must find:
 *
 *   1  the generation of an answer is not looked at
 *   2  an index is free at its call's deadline
 *   3  an answer ends a call that has ended
 *   4  a death is acted on before the answers that were published are taken
 *   5  the lane of an answer is not looked at
 *   6  the calls of a lane are left waiting when it ends
 *   7  a message can be answered twice
 *   8  a server that is destroyed forgets what it owes
 *   9  a server that is destroyed drops what still comes, without an answer
 *  10  a generation is not counted up when its index is free again
 */
#ifndef BUG
#define BUG 0
#endif
#ifndef CALLS
#define CALLS 3    /* made in all */
#endif
#ifndef INDEXES
#define INDEXES 2  /* on their way at once, those given up among them */
#endif
#ifndef ROOM
#define ROOM 2     /* answers in a lane; what has no room waits with who answers */
#endif
#ifndef DEADLINES
#define DEADLINES 1 /* calls given up */
#endif
#ifndef LIES
#define LIES 1     /* answers repeated or made up */
#endif

#ifndef DIES
#define DIES 1     /* the honest thread does, at any time */
#endif

#define HONEST 0
#define LIAR 1
#define NOBODY CALLS /* of whom an answer is that was made up */

/* Lanes. The caller's half is: index, generation, which call. The other half: index, generation, the call it is of. */
chan calls[2] = [CALLS] of { byte, byte, byte };
chan answers[2] = [ROOM] of { byte, byte, byte };
/* The kernel's line to the caller: the lanes whose thread has died. */
chan control = [1] of { byte };

/* The caller's, by call: how often it has ended. */
byte ends[CALLS];
byte made = 0;
/* The caller's table, by index. */
bool used[INDEXES];
bool pending[INDEXES];
byte generation[INDEXES];
byte lane[INDEXES];
byte call[INDEXES];
bool ended[2];

inline conclude(at) {
  assert(pending[at] || BUG == 3);
  pending[at] = false;
  ends[call[at]]++;
  assert(ends[call[at]] == 1)
}

inline free(at) {
  used[at] = false;
  if
  :: BUG != 10 -> generation[at]++
  :: else
  fi
}

inline laneEnds(by) {
  ended[by] = true;
  index = 0;
  do
  :: index < INDEXES ->
     if
     :: used[index] && lane[index] == by && BUG != 6 ->
        free(index);
        if
        :: pending[index] -> conclude(index)
        :: else
        fi
     :: else
     fi;
     index++
  :: else -> break
  od;
  index = 0
}

/* Takes the next answer of a lane. */
inline take(by) {
  answers[by] ? index, given, whose;
  if
  :: index < INDEXES && used[index] && (given == generation[index] || BUG == 1) && (lane[index] == by || BUG == 5) ->
     free(index);
     if
     :: pending[index] || BUG == 3 ->
        assert(by == lane[index]);
        assert(whose == call[index] || (whose == NOBODY && by == LIAR));
        conclude(index)
     :: else /* given up before: the answer is discarded */
     fi
  :: else ->
     assert(by == LIAR);
     laneEnds(by)
  fi;
  index = 0; given = 0; whose = 0
}

proctype Caller() {
  byte index, given, whose, by;
  byte late = 0;
end:
  do
  /* Makes a call. */
  :: atomic {
       made < CALLS && (!ended[HONEST] || !ended[LIAR]) && (!used[0] || !used[1]) ->
       if
       :: !used[0] -> index = 0
       :: !used[1] -> index = 1
       fi;
       if
       :: !ended[HONEST] -> by = HONEST
       :: !ended[LIAR] -> by = LIAR
       fi;
       used[index] = true; pending[index] = true; lane[index] = by; call[index] = made;
       calls[by] ! index, generation[index], made;
       made++;
       index = 0; by = 0
     }
  /* A deadline passes. */
  :: atomic {
       late < DEADLINES && ((used[0] && pending[0]) || (used[1] && pending[1])) ->
       if
       :: used[0] && pending[0] -> index = 0
       :: used[1] && pending[1] -> index = 1
       fi;
       late++;
       conclude(index);
       if
       :: BUG == 2 -> free(index)
       :: else
       fi;
       index = 0
     }
  :: atomic { !ended[HONEST] && nempty(answers[HONEST]) -> take(HONEST) }
  :: atomic { !ended[LIAR] && nempty(answers[LIAR]) -> take(LIAR) }
  :: atomic { nempty(control) -> control ? by }
     do
     :: atomic { !ended[by] && nempty(answers[by]) && BUG != 4 -> take(by) }
     :: else -> break
     od;
     atomic {
       if
       :: !ended[by] ->
          laneEnds(by);
          assert(empty(answers[by])) /* what was answered is answered */
       :: else
       fi;
       by = 0
     }
  od
}

/* Owed answers, by call. */
#define OWED bool owed[CALLS]; byte index[CALLS]; byte given[CALLS]

/* Takes a call: it is received at once, or later; that makes no difference here. */
inline receive(by) {
  calls[by] ? where, which, id;
  owed[id] = true; index[id] = where; given[id] = which;
  where = 0; which = 0
}

proctype Honest() {
  OWED;
  bool answered[CALLS];
  byte where, which, id;
  bool destroyed;
end:
  do
  :: atomic {
       nempty(calls[HONEST]) -> receive(HONEST);
       if
       :: destroyed && BUG == 9 -> owed[id] = false
       :: else
       fi;
       id = 0
     }
  /* Answers one, or it goes out by now that there is room. */
  :: atomic {
       nfull(answers[HONEST]) && (owed[0] || owed[1] || owed[CALLS - 1]) ->
       if
       :: owed[0] -> id = 0
       :: owed[1] -> id = 1
       :: owed[CALLS - 1] -> id = CALLS - 1
       fi;
       answers[HONEST] ! index[id], given[id], id;
       if
       :: BUG == 7 && !answered[id] -> answered[id] = true
       :: else -> owed[id] = false
       fi;
       id = 0
     }
  /* The server is destroyed: what is owed, and what still comes, is answered with a failure. */
  :: d_step {
       !destroyed -> destroyed = true;
       if
       :: BUG == 8 -> owed[0] = false; owed[1] = false; owed[CALLS - 1] = false
       :: else
       fi
     }
  /* The thread dies: the kernel hears of it, and tells. */
  :: DIES -> control ! HONEST; break
  od
}

proctype Liar() {
  OWED;
  bool gave[CALLS];
  byte where, which, id;
  byte lies = 0;
end:
  do
  :: atomic { nempty(calls[LIAR]) -> receive(LIAR); id = 0 }
  :: atomic {
       nfull(answers[LIAR]) && (owed[0] || owed[1] || owed[CALLS - 1]) ->
       if
       :: owed[0] -> id = 0
       :: owed[1] -> id = 1
       :: owed[CALLS - 1] -> id = CALLS - 1
       fi;
       answers[LIAR] ! index[id], given[id], id;
       owed[id] = false; gave[id] = true; id = 0
     }
  /* The same answer again. */
  :: atomic {
       nfull(answers[LIAR]) && lies < LIES && (gave[0] || gave[1]) ->
       if
       :: gave[0] -> id = 0
       :: gave[1] -> id = 1
       fi;
       lies++;
       answers[LIAR] ! index[id], given[id], id;
       id = 0
     }
  /* An answer to anything. */
  :: atomic {
       nfull(answers[LIAR]) && lies < LIES ->
       select(where: 0 .. INDEXES);
       select(which: 0 .. 2);
       lies++;
       answers[LIAR] ! where, which, NOBODY;
       where = 0; which = 0
     }
  od
}

init {
  atomic {
    run Caller();
    run Honest();
    run Liar()
  }
  timeout ->
  atomic {
    byte which;
    for (which : 0 .. CALLS - 1) {
      assert(which >= made || ends[which] == 1)
    }
    assert(!used[0] && !used[1]) /* none is lost */
  }
}

/* From some time on nothing is on its way: a call is never passed round for ever. */
ltl done { <> [] (!used[0] && !used[1]) }
