package scale

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// What others tell a person about a record.

// Says is what is going on, in a sentence's few words.
func (r Record) Says() string { return fmt.Sprintf("a scale from %d to %d is not over", r.From, r.To) }

// Left says what is left to do besides moving replicas.
func (r Record) Left() []string {
	var out []string
	names := func(retain bool) []string {
		all := maps.Clone(r.Claims)
		maps.DeleteFunc(all, func(_ string, p Pending) bool { return p.Retain != retain })
		return slices.Sorted(maps.Keys(all))
	}
	if n := names(false); len(n) > 0 {
		out = append(out, "delete "+some(n))
	}
	if n := names(true); len(n) > 0 {
		out = append(out, "retain the volumes and delete "+some(n))
	}
	if r.WhenScaled != "" {
		out = append(out, fmt.Sprintf("set whenScaled back to %s", r.WhenScaled))
	}
	return out
}

// some are the first few names.
func some(names []string) string {
	const most = 4
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// Helps are the commands that go on or leave it at what has been reached.
// command is how the user calls the plugin.
func (r Record) Helps(s sts.Snapshot, command hint.Caller) []string {
	on := command.Sts("scale", s.Name(), "--replicas", strconv.Itoa(r.To))
	stay := fmt.Sprintf("%s %d", r.stay(s, command), s.Replicas())
	if r.Failed != nil {
		return r.afterFailure(s, command, stay, on)
	}
	out := []string{"resume: " + on + r.hookFlag()}
	if stay != on {
		out = append(out, "or leave it at that: "+stay)
	}
	return out
}

// afterFailure is the same when the scale has failed: back before again.
func (r Record) afterFailure(s sts.Snapshot, command hint.Caller, stay, on string) []string {
	var out []string
	if s.Replicas() != r.From {
		out = append(out, "go back: "+r.back(s, command))
	}
	if stay != on {
		out = append(out, "or leave it at that: "+stay)
	}
	return append(out, "try again: "+on+" "+rollout.RetryFlag+r.hookFlag())
}

// stay is the command that leaves it at the number of replicas that follows, and
// keeps what has not been deleted yet.
func (r Record) stay(s sts.Snapshot, command hint.Caller) string {
	words := []string{s.Name()}
	if len(r.Claims) > 0 {
		words = append(words, "--pvc="+string(Keep))
	}
	return command.Sts("scale", append(words, "--replicas")...)
}

// hookFlag reminds of the command before each pod, which the record does not
// hold: it may be nobody else's business.
func (r Record) hookFlag() string {
	if r.Before == "" {
		return ""
	}
	return fmt.Sprintf(" --%s '...'", r.Before)
}
