package judge

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

// signalled reports whether a signal of the schedule has ended the run.
func (r Run) signalled() bool { return r.Signal != "" && slices.Contains(r.Sent, "KILL") }

// name is the run in a sentence.
func (r Run) name() string {
	return fmt.Sprintf("run %d (kubectl sts %s)", r.Number, strings.Join(r.Act.Args, " "))
}

func (r Run) breach(format string, args ...any) Violation {
	return Violation{Run: r.Number, What: r.name() + " " + fmt.Sprintf(format, args...)}
}

// each asks about every run.
func each(e *Evidence, ask func(Run) (string, bool)) []Violation {
	var out []Violation
	for _, r := range e.Runs {
		if what, wrong := ask(r); wrong {
			out = append(out, r.breach("%s", what))
		}
	}
	return out
}

var table = []int{0, 1, 2, 3, 4, 5, 124, 130}

// heldBy are the verbs that may end with 5.
var heldBy = []string{"canary", "promote", "status", "watch", "undo", "restart"}

// measures reports whether the run has checks: one that is not known holds any verb.
func (r Run) measures() bool { return r.Act.Has("check-http") || r.Act.Has("check-cmd") }

func codes(e *Evidence) []Violation {
	return each(e, func(r Run) (string, bool) {
		switch limit, err := time.ParseDuration(r.Act.Flag("timeout")); {
		case r.Hung || r.signalled():
			return "", false
		case r.Signal != "":
			return "was ended by " + r.Signal, true
		case !slices.Contains(table, r.Code):
			return fmt.Sprintf("ended with %d, which is not in the table", r.Code), true
		case r.Code == 130 && !slices.Contains(r.Sent, "INT") && !slices.Contains(r.Sent, "TERM"):
			return "ended with 130, and nobody has interrupted it", true
		case r.Code == 124 && (err != nil || r.Ended.Sub(r.Began) < limit-time.Second):
			return fmt.Sprintf("ended with 124 after %s", r.Ended.Sub(r.Began)), true
		case r.Code == 5 && !slices.Contains(heldBy, r.Act.Verb()) && !r.measures():
			return "ended with 5, which is no end of this verb", true
		case r.Code == 1 && !r.Disturbed && r.Alone && e.plain(r):
			return "ended with 1, and there was no error: " + lastLine(r.Stderr), true
		}
		return "", false
	})
}

// plain reports whether the set of a run was there and its annotations were the
// plugin's own.
func (e *Evidence) plain(r Run) bool {
	name, goesOn := r.Act.Set(), r.Act.Verb() == "recreate" && e.at(r.From).written[r.Act.Set()] != nil
	away := func(w world) bool { return w.sets[name] == nil || w.sets[name].DeletionTimestamp != nil }
	if r.Act.Verb() != "restore-pvc" && name != "" && !goesOn && (away(e.at(r.From)) || !r.recreates() && e.once(r.From, r.To+1, away)) {
		return false
	}
	return r.Act.Verb() != "restore-pvc" && !slices.ContainsFunc(e.Edits, func(d Edit) bool {
		return d.Does == schedule.Garbage
	})
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

func hangs(e *Evidence) []Violation {
	return each(e, func(r Run) (string, bool) {
		return fmt.Sprintf("did not end within %s", r.Ended.Sub(r.Began).Round(time.Second)), r.Hung
	})
}

var panicked = regexp.MustCompile(`(?m)^(panic: |fatal error: |goroutine \d+ \[|unexpected fault address|SIGSEGV)`)

func panics(e *Evidence) []Violation {
	return each(e, func(r Run) (string, bool) {
		where := panicked.FindStringIndex(r.Stderr)
		if where == nil || r.Hung { // one that hangs is asked where it stands
			return "", false
		}
		return "panicked: " + r.Stderr[where[0]:min(len(r.Stderr), where[0]+400)], true
	})
}

// ending is what the last object says.
type ending struct {
	Type     string `json:"type"`
	ExitCode *int   `json:"exitCode"`
	DryRun   string `json:"dryRun"`
}

func objects(e *Evidence) []Violation {
	return each(e, func(r Run) (string, bool) {
		if slices.Contains(r.Act.Args, "json") {
			return r.unlikeJSON(e.Fits)
		}
		return "", false
	})
}

// unlikeJSON says what is wrong with the output of a run that was to be JSON.
func (r Run) unlikeJSON(fits func([]byte) error) (string, bool) {
	var last ending
	for line := range strings.Lines(r.Stdout) {
		text, whole := strings.CutSuffix(line, "\n")
		if !whole {
			if r.signalled() || r.Hung {
				continue // it was killed while it wrote
			}
			return fmt.Sprintf("ended in the middle of a line: %q", line), true
		}
		if err := fits([]byte(text)); err != nil {
			return fmt.Sprintf("wrote a line that the schema does not have: %v", err), true
		}
		last = ending{}
		if err := json.Unmarshal([]byte(text), &last); err != nil {
			return fmt.Sprintf("wrote a line that is no JSON: %v: %q", err, text), true
		}
	}
	asks := slices.Contains([]string{"status", "restore-pvc", "history", "version"}, r.Act.Verb())
	switch {
	case r.Hung || r.Signal != "":
		return "", false
	case last.Type == "outcome" && last.ExitCode == nil:
		return "ended in an outcome without an exit code", true
	case last.Type == "outcome" && *last.ExitCode != r.Code && !r.several():
		return fmt.Sprintf("ended with %d, and its last object says %s", r.Code, strconv.Itoa(*last.ExitCode)), true
	case last.Type != "outcome" && !asks:
		return fmt.Sprintf("ended with %d and an object %q instead of an outcome", r.Code, last.Type), true
	case last.Type != "outcome" && slices.Contains([]int{1, 2, 3}, r.Code) && r.Act.Verb() == "status":
		return fmt.Sprintf("ended with %d and without an outcome", r.Code), true
	}
	return "", false
}

// several reports whether there is an outcome for each of some sets.
func (r Run) several() bool { return r.Act.Verb() == "watch" && r.Act.Set() == "" }
