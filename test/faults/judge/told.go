package judge

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

// What becomes of a claim that a command was told to delete.
const (
	loses   = "delete" // its volume goes as it would by itself
	retains = "retain" // its volume stays
)

// claimOf is the ordinal of a claim's name, as a set of the schedule gives it.
func claimOf(set schedule.Set, claim string) (int, bool) {
	rest, ok := strings.CutPrefix(claim, set.Template+"-"+set.Name+"-")
	n, err := strconv.Atoi(rest)
	return n, set.Template != "" && ok && err == nil
}

// ownersOf are the sets of the schedule that give a claim its name.
func (e *Evidence) ownersOf(claim string) []schedule.Set {
	return slices.DeleteFunc(slices.Clone(e.Schedule.Sets), func(s schedule.Set) bool {
		_, ok := claimOf(s, claim)
		return !ok
	})
}

// told is what a run was told about a claim that goes at a version, and by which
// command: its own, or that of the scale which it goes on with. A scale keeps a record
// on its set until it is over, so a command that has ended excuses nothing.
func (e *Evidence) told(claim string, r Run, at uint64) (what string, by Run) {
	switch {
	case r.Act.Dry() || r.Why == Restores:
		return "", r
	case r.Act.Verb() == "replace":
		return e.toldToReplace(claim, r, at)
	}
	up := slices.Contains([]string{"reuse", "fail"}, r.Act.Flag("pvc")) // which is about claims that are wanted
	if what := e.tells(r.Act, claim); what != "" || r.Act.Verb() != "scale" || r.Act.Has("pvc") && !up {
		return what, r
	}
	for _, o := range slices.Backward(e.Runs) {
		begun := o.Number < r.Number && !o.Act.Dry() && o.Act.Verb() == "scale" && o.Act.Set() == r.Act.Set()
		same := o.Act.Flag("replicas") == r.Act.Flag("replicas") || up && !e.claimed(r.Act, claim)
		if !begun || !same {
			continue
		}
		open := func(w world) bool {
			s := w.sets[r.Act.Set()]
			return s != nil && s.Annotations[annotations.Scale] != ""
		}
		if what := e.tells(o.Act, claim); what != "" && e.throughout(min(o.To, r.From), at, open) {
			return what, o
		}
	}
	return "", r
}

// claimed reports whether a scale's set wants a claim with the replicas that it asks for.
func (e *Evidence) claimed(a schedule.Act, claim string) bool {
	return slices.ContainsFunc(e.ownersOf(claim), func(s schedule.Set) bool {
		return a.Set() == s.Name && scaledTo(a, s, claim)
	})
}

// scaledTo reports whether a set wants a claim with the replicas that a command asks for.
func scaledTo(a schedule.Act, s schedule.Set, claim string) bool {
	ordinal, _ := claimOf(s, claim)
	to, err := strconv.Atoi(a.Flag("replicas"))
	return err == nil && ordinal >= s.Start && ordinal < s.Start+to
}

// tells is what one command says about a claim, empty for nothing.
func (e *Evidence) tells(a schedule.Act, claim string) string {
	for _, s := range e.ownersOf(claim) {
		wanted := scaledTo(a, s, claim)
		switch pvc := a.Flag("pvc"); {
		case a.Set() != s.Name && (a.Verb() != "prune-pvc" || a.Set() != ""):
		case a.Verb() == "prune-pvc" && a.Has("retain-volumes"):
			return retains
		case a.Verb() == "prune-pvc":
			return loses
		case a.Verb() == "replace" && renews(a, s, claim) && pvc == "delete":
			return loses
		case a.Verb() == "replace" && renews(a, s, claim):
			return retains
		case a.Verb() != "scale":
		case pvc == "delete" && !wanted, pvc == "fresh" && wanted:
			return loses
		case pvc == "retain-volume" && !wanted:
			return retains
		}
	}
	return ""
}
