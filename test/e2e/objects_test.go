package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// object is what every line of -o json has.
type object struct {
	Type   string    `json:"type"`
	Time   time.Time `json:"time"`
	DryRun string    `json:"dryRun"`
	Set    struct {
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
	} `json:"statefulSet"`
	line string
}

// objects reads the output of the last program.
func objects(stdout, namespace string) ([]object, error) {
	var out []object
	var last time.Time
	for line := range strings.Lines(stdout) {
		o := object{line: line}
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			return nil, fmt.Errorf("%w: %s", err, line)
		}
		switch {
		case o.Type == "" || o.DryRun == "" || o.Set.Name == "" || o.Set.Namespace != namespace:
			return nil, fmt.Errorf("it lacks type, dryRun or the set: %s", line)
		case o.Time.Before(last):
			return nil, fmt.Errorf("its time is before that of the one above: %s", line)
		case !strings.HasSuffix(line, "\n"):
			return nil, fmt.Errorf("it does not end: %s", line)
		}
		last = o.Time
		out = append(out, o)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("there is no output")
	}
	return out, nil
}

// cmdObjects checks that every line of the last program's standard output is
// an object with type, time, dryRun and the set, in the order of their times,
// and that the last one is of this type.
//
//	objects TYPE
func cmdObjects(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: objects TYPE")
	}
	all, err := objects(ts.ReadFile("stdout"), w.namespace)
	ts.Check(err)
	if last := all[len(all)-1]; last.Type != args[0] {
		ts.Fatalf("the last object is of type %s, want %s: %s", last.Type, args[0], last.line)
	}
}

// cmdLasted checks, by their own times, that it took at least so long from the
// first line of the last program's standard output that matches to the last one
// that matches the other. How long it took at most is the machine's business.
//
//	lasted MIN REGEXP REGEXP
func cmdLasted(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: lasted MIN REGEXP REGEXP")
	}
	shortest, err := time.ParseDuration(args[0])
	ts.Check(err)
	from, to := compile(ts, args[1]), compile(ts, args[2])
	all, err := objects(ts.ReadFile("stdout"), w.namespace)
	ts.Check(err)
	var begin, end time.Time
	for _, o := range all {
		if begin.IsZero() && from.MatchString(o.line) {
			begin = o.Time
		}
		if to.MatchString(o.line) {
			end = o.Time
		}
	}
	if begin.IsZero() || end.IsZero() {
		ts.Fatalf("no line matches %q, or none %q", from, to)
	}
	if took := end.Sub(begin); took < shortest {
		ts.Fatalf("it took %s, want at least %s", took, shortest)
	}
}
