package e2e

import (
	"fmt"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdRecord begins to watch a set and its pods. What was recorded before is
// forgotten.
//
//	record SET
func cmdRecord(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: record SET")
	}
	if w.record != nil {
		w.record.stop()
	}
	var err error
	w.record, err = newRecorder(w, args[0])
	ts.Check(err)
}

func recorded(ts *testscript.TestScript, w *world) timeline {
	if w.record == nil {
		ts.Fatalf("there is no record: record SET begins one")
	}
	t, err := w.record.timeline()
	ts.Check(err)
	return t
}

// cmdPartitions checks the partitions that the set was given since the record
// began, in order.
//
//	partitions NUMBER...
func cmdPartitions(ts *testscript.TestScript, w *world, args []string) {
	got := strings.Trim(fmt.Sprint(recorded(ts, w).partitions()), "[]")
	if want := strings.Join(args, " "); got != want {
		ts.Fatalf("the set was given the partitions %q, want %q", got, want)
	}
}

// cmdTouched checks which pods were deleted since the record began, by whoever
// it was, in order. Without names: none.
//
//	touched [POD...]
func cmdTouched(ts *testscript.TestScript, w *world, args []string) {
	got := strings.Join(recorded(ts, w).touched(), " ")
	if want := strings.Join(args, " "); got != want {
		ts.Fatalf("the pods that were deleted are %q, want %q\n%s", got, want, w.state())
	}
}

// cmdGated proves that since the record began no pod below the gate was
// deleted that was stable, and none was made that was not.
//
//	gated
func cmdGated(ts *testscript.TestScript, w *world, args []string) {
	if len(args) > 0 {
		ts.Fatalf("usage: gated")
	}
	if breaches := recorded(ts, w).breaches(); len(breaches) > 0 {
		ts.Fatalf("%s\n%s", strings.Join(breaches, "\n"), w.state())
	}
}

// cmdOneAtATime proves that since the record began no pod that was Ready was
// deleted while another one was not.
//
//	oneatatime
func cmdOneAtATime(ts *testscript.TestScript, w *world, args []string) {
	if len(args) > 0 {
		ts.Fatalf("usage: oneatatime")
	}
	if crowded := recorded(ts, w).crowded(); len(crowded) > 0 {
		ts.Fatalf("%s\n%s", strings.Join(crowded, "\n"), w.state())
	}
}
