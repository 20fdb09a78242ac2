// Package writeback is who else writes a set while a run goes on or after it, as a plan
// keeps it: which fields, when, and what stops it. It is pure.
package writeback

import (
	"encoding/json"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Reconciler is somebody who writes fields of the set by themselves.
type Reconciler struct {
	Rule string `json:"rule"` // that has found it
	Name string `json:"name"` // such as Flux Kustomization flux-system/shop
	// Managers are the names under which it writes, in managedFields.
	Managers []string `json:"managers"`
	When     string   `json:"when"` // it puts back, such as: within its interval (10m)
	Says     string   `json:"says"` // the whole in a sentence
	// Rests is why it writes nothing as things are, empty where it does.
	Rests string `json:"rests"`
	// Controls says that the set is a part of what it runs: it writes the whole spec.
	Controls bool    `json:"controls"`
	Fields   []Field `json:"fields"`
	// Stop is how to pause it, Keep how to have it leave the fields alone for good.
	Stop []hint.Hint `json:"stop"`
	Keep []hint.Hint `json:"keep"`
}

// Field is one that a run writes and somebody else puts back or writes, too.
type Field struct {
	Field workload.Field `json:"field"`
	Path  string         `json:"path"`
	// Value is what the run writes first, Ends what it writes last, and Back what is put in
	// its place: nil where it is taken away, or where nobody knows.
	Value json.RawMessage `json:"value,omitempty"`
	Ends  json.RawMessage `json:"ends,omitempty"`
	Back  json.RawMessage `json:"back,omitempty"`
	// Commit says that the value stays when the run is over, and that there is a source
	// in which it can be changed.
	Commit bool `json:"commit"`
	// Maybe says that nobody can tell from here whether it wants another value.
	Maybe bool `json:"maybe"`
	// Earlier says that an earlier run of the same operation has written it.
	Earlier bool `json:"earlier"`
}

// Pausing are the commands that pause it, with words that say so.
func (r Reconciler) Pausing() []hint.Hint {
	out := slices.Clone(r.Stop)
	for i, h := range out {
		switch {
		case h.Kind == "":
		case h.Words == "":
			out[i] = h.Saying("pause it")
		case i == 0:
			out[i] = h.Saying("pause it (" + h.Words + ")")
		}
	}
	return out
}

// Writes reports whether it is to be expected that it writes during or after the run.
func (r Reconciler) Writes() bool { return r.Rests == "" }

// Has reports whether one of its fields is this one.
func (r Reconciler) Has(f workload.Field) bool {
	return slices.ContainsFunc(r.Fields, func(of Field) bool { return of.Field == f })
}

// Commit is what is to be changed in a source, so that nobody puts the old value back.
type Commit struct {
	Path  string
	Value json.RawMessage // nil where the field is to be taken away
	Who   string          // would put it back
	Maybe bool            // nobody can tell from here whether the source has it already
}

// Commits are those that are left to be done when the run is over, each once.
func Commits(all []Reconciler) []Commit {
	var out []Commit
	for _, r := range all {
		for _, f := range r.Fields {
			known := slices.ContainsFunc(out, func(c Commit) bool { return c.Path == f.Path })
			if f.Commit && !known {
				out = append(out, Commit{f.Path, f.Ends, r.Name, f.Maybe})
			}
		}
	}
	return out
}

// Uncommitted are the same with nothing to be committed.
func Uncommitted(all []Reconciler) []Reconciler {
	out := slices.Clone(all)
	for i := range out {
		out[i].Fields = slices.Clone(out[i].Fields)
		for j := range out[i].Fields {
			out[i].Fields[j].Commit = false
		}
	}
	return out
}

// By finds who writes this field under this name; nil for nobody.
func By(all []Reconciler, manager string, f workload.Field) *Reconciler {
	var found *Reconciler
	for i := range all {
		r := &all[i]
		if !slices.Contains(r.Managers, manager) {
			continue
		}
		if r.Has(f) {
			return r
		}
		if found == nil && r.Rule != RuleAutoscaler {
			found = r
		}
	}
	return found
}

// The rules by which somebody is found.
const (
	RuleOwner           = "controller-owner"
	RuleKruiseRollout   = "kruise-rollout"
	RuleArgoCD          = "argo-cd"
	RuleKustomization   = "flux-kustomization"
	RuleHelmRelease     = "flux-helm-release"
	RuleRolloutOperator = "rollout-operator"
	RuleAutoscaler      = "horizontal-pod-autoscaler"
	RuleHelm            = "helm-release"
	RuleVPA             = "vertical-pod-autoscaler"
	RuleReloader        = "reloader"
)
