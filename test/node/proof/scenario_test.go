//go:build linux

package proof

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-sts/kubectl-sts/test/node/table"
)

// cmdBegin begins a scenario: pauses count from now on.
func cmdBegin(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 2, "begin CHANGE BY")
	s := stateOf(ts)
	before, err := s.pods(ts.Getenv("DB"))
	ts.Check(err)
	s.before, s.killed = before, ""
	s.change, s.by, s.since = args[0], args[1], time.Now()
}

// cmdProved ends a scenario: writes go on, and all that was acknowledged is there.
// The negative is true where something is missing, and is no row of the table.
func cmdProved(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, len(args) != 2, "[!] proved DATABASE HOW-IT-ENDED")
	s := stateOf(ts)
	if s.since.IsZero() {
		ts.Fatalf("no scenario has begun")
	}
	ts.Check(s.writesGoOn(args[0]))
	v, err := s.check(args[0], s.since)
	ts.Check(err)
	ts.Logf("%d acknowledged, %d found, longest pause %d ms from %s", v.Acknowledged, v.Found, v.Pause, v.PauseBegan)
	lost := len(v.Missing) > 0 || v.Found != v.Acknowledged || v.Acknowledged == 0
	if lost != neg {
		ts.Fatalf("acknowledged and not found: %v", v.Missing)
	}
	s.since = time.Time{}
	if neg {
		return
	}
	change := s.change
	if s.table != args[0] {
		change = args[0] + ": " + change
	}
	the.tables.Add(s.table, table.Row{
		Change: change, By: s.by, Acknowledged: v.Acknowledged, Found: v.Found,
		Pause: time.Duration(v.Pause) * time.Millisecond, Ended: args[1] + s.killed,
	})
}

// A verdict is the writer's.
type verdict struct {
	Acknowledged, Found int
	Missing             []int64
	Pause               int64
	PauseBegan          time.Time
}

func (s *state) check(database string, since time.Time, flags ...string) (verdict, error) {
	var v verdict
	args := []string{"exec", "writer-" + database, "--", "/writer", "check", "-since", strconv.FormatInt(since.UnixMilli(), 10)}
	out, err := s.kubectl(append(args, flags...)...)
	if err != nil {
		return v, err
	}
	err = json.Unmarshal([]byte(out), &v)
	return v, err
}

// writesGoOn waits until something is acknowledged from now on.
func (s *state) writesGoOn(database string) error {
	_, err := s.check(database, time.Now(), "-wait", patience.String())
	return err
}
