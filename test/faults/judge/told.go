package judge

import (
	"slices"
	"strconv"
	"strings"

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

// told is what the runs that began up to then were told about a claim, each of
// loses and retains once at most.
func (e *Evidence) told(claim string, upTo int) []string {
	var out []string
	for _, r := range e.Runs {
		if r.Number > upTo || r.Act.Dry() || r.Why == Restores {
			continue
		}
		if what := e.tells(r.Act, claim); what != "" && !slices.Contains(out, what) {
			out = append(out, what)
		}
	}
	return out
}

// tells is what one command says about a claim, empty for nothing.
func (e *Evidence) tells(a schedule.Act, claim string) string {
	for _, s := range e.ownersOf(claim) {
		ordinal, _ := claimOf(s, claim)
		to, err := strconv.Atoi(a.Flag("replicas"))
		wanted := err == nil && ordinal >= s.Start && ordinal < s.Start+to
		switch pvc := a.Flag("pvc"); {
		case a.Verb() == "prune-pvc" && a.Has("retain-volumes"):
			return retains
		case a.Verb() == "prune-pvc":
			return loses
		case a.Verb() != "scale" || a.Set() != s.Name:
		case pvc == "delete" && !wanted, pvc == "fresh" && wanted:
			return loses
		case pvc == "retain-volume" && !wanted:
			return retains
		}
	}
	return ""
}

// fresh reports whether a run up to then was to put new claims in the place of old ones.
func (e *Evidence) fresh(set string, upTo int) bool {
	return slices.ContainsFunc(e.Runs, func(r Run) bool {
		return r.Number <= upTo && r.Act.Set() == set && r.Act.Flag("pvc") == "fresh"
	})
}
