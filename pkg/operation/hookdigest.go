package operation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// HookDigest is what a rollout's record keeps of a command that runs for each pod: where
// it comes from, and of the command itself only the digest.
type HookDigest struct {
	Flag      string      `json:"flag"`             // as in [Rollout.Hooks]
	Moment    plan.Moment `json:"moment,omitempty"` // a preset brings commands for several
	Container string      `json:"container,omitempty"`
	Digest    string      `json:"digest"`
}

// HookDigests are what a record keeps of these commands.
func HookDigests(hooks plan.Hooks) []HookDigest {
	var out []HookDigest
	for _, h := range hooks.All() {
		out = append(out, HookDigest{Flag: HookFlag(h), Moment: h.Moment, Container: h.Container, Digest: check.Digest(h.Command)})
	}
	return out
}

// Runs notes that these are the commands for each pod.
func (r *Rollout) Runs(hooks plan.Hooks) {
	r.Hooks, r.HookDigests = HookFlags(hooks), HookDigests(hooks)
}

// says is what a person calls the command.
func (d HookDigest) says() string {
	if preset, ok := strings.CutPrefix(d.Flag, presetFlag); ok {
		return plan.Hook{Preset: preset, Moment: d.Moment}.Said()
	}
	return "the command of --" + d.Flag
}

// of reports whether the command has this one's place: it is for the same moment, and
// either both are of this preset or neither is of one.
func (d HookDigest) of(h plan.Hook) bool {
	return d.Moment == h.Moment && SameMoment(d.Flag, HookFlag(h))
}

// same reports whether it is the very command, in whichever container.
func (d HookDigest) same(h plan.Hook) bool {
	return d.Flag == HookFlag(h) && d.Digest == check.Digest(h.Command)
}

func (d HookDigest) valid() bool { return knownHooks([]string{d.Flag}) && check.IsDigest(d.Digest) }

// HookDifference is why a rollout can't go on with the commands that were given.
type HookDifference struct {
	// Missing are the flags that have to be given again.
	Missing []string
	// Changed, Moved and Added are commands that are not as the rollout began with, such
	// that it runs in another container, and such that it began without, each as a person
	// calls it.
	Changed, Moved, Added []string
}

// Says is the difference as the rest of a sentence about the rollout.
func (d HookDifference) Says() string {
	var out []string
	if len(d.Missing) > 0 {
		out = append(out, fmt.Sprintf("was begun with %s, and the other pods would go without", strings.Join(d.Missing, " and ")))
	}
	if len(d.Changed) > 0 {
		out = append(out, "was begun with another version of "+strings.Join(d.Changed, " and of "))
	}
	if len(d.Moved) > 0 {
		out = append(out, fmt.Sprintf("was begun with %s in another container", strings.Join(d.Moved, " and ")))
	}
	if len(d.Added) > 0 {
		out = append(out, "was begun without "+strings.Join(d.Added, " and without "))
	}
	return strings.Join(out, "; it ")
}

// ResumeHooks are the commands that the rollout goes on with: those that were given, in
// the containers of the record. Others than it began with are a difference. The record of
// an older version has no digests: then only what is missing shows.
func (r Rollout) ResumeHooks(given plan.Hooks) (plan.Hooks, *HookDifference) {
	var d HookDifference
	flags := HookFlags(given)
	for _, flag := range r.Hooks {
		if !hasMoment(flags, flag) {
			d.Missing = append(d.Missing, "--"+flag)
		}
	}
	if r.HookDigests != nil || r.Hooks == nil {
		given = given.Map(func(h plan.Hook) plan.Hook { return r.compare(h, &d) })
		d.Changed = append(d.Changed, r.dropped(given, flags)...)
	}
	if len(d.Missing)+len(d.Changed)+len(d.Moved)+len(d.Added) > 0 {
		return given, &d
	}
	return given, nil
}

// compare is the command in the container of the record, and notes how it differs.
// Without a container of its own it runs in that one.
func (r Rollout) compare(h plan.Hook, d *HookDifference) plan.Hook {
	i := slices.IndexFunc(r.HookDigests, func(recorded HookDigest) bool { return recorded.of(h) })
	switch {
	case i < 0:
		d.Added = append(d.Added, HookDigest{Flag: HookFlag(h), Moment: h.Moment}.says())
	case !r.HookDigests[i].same(h):
		d.Changed = append(d.Changed, r.HookDigests[i].says())
	case h.Container != "" && h.Container != r.HookDigests[i].Container:
		d.Moved = append(d.Moved, r.HookDigests[i].says())
	default:
		h.Container = r.HookDigests[i].Container
	}
	return h
}

// dropped are commands of the record that a preset no longer brings, which itself is
// given.
func (r Rollout) dropped(given plan.Hooks, flags []string) []string {
	var out []string
	for _, recorded := range r.HookDigests {
		if slices.Contains(flags, recorded.Flag) && !slices.ContainsFunc(given.All(), recorded.of) {
			out = append(out, recorded.says())
		}
	}
	return out
}
