package reconciler

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// rule finds one kind of reconciler; nil where there is none.
type rule struct {
	id   string
	find func(Facts) *writeback.Reconciler
	// refs are the objects that it would like to know; nil for none.
	refs func(Facts) []Ref
}

// rules are all of them, those first of which a person has to know first.
var rules = []rule{
	{writeback.RuleOwner, owner, nil},
	{writeback.RuleKruiseRollout, kruiseRollout, nil},
	{writeback.RuleArgoCD, argoCD, applications},
	{writeback.RuleKustomization, kustomization, kustomizations},
	{writeback.RuleHelmRelease, helmRelease, helmReleases},
	{writeback.RuleRolloutOperator, rolloutOperator, nil},
	{writeback.RuleAutoscaler, autoscaler, scaledObjects},
	{writeback.RuleHelm, helm, nil},
	{writeback.RuleVPA, vertical, verticals},
	{writeback.RuleReloader, reloader, nil},
}

// Find is everybody who puts back, or writes as well, what the run writes.
func Find(f Facts) []writeback.Reconciler {
	if f.Set == nil || len(f.Writes) == 0 {
		return nil
	}
	var out []writeback.Reconciler
	for _, r := range rules {
		found := r.find(f)
		if found == nil {
			continue
		}
		found.Rule = r.id
		found.Name = sts.Clean(found.Name)
		if found.Says == "" {
			found.Says = says(*found)
		}
		found.Says = sts.Clean(found.Says)
		out = append(out, *found)
	}
	return out
}

// Reads are the objects that the set names and that tell more: nothing is lost where they
// can't be read. A set that names none costs no request.
func Reads(f Facts) []Ref {
	if f.Set == nil || len(f.Writes) == 0 {
		return nil
	}
	var out []Ref
	for _, r := range rules {
		if r.refs == nil {
			continue
		}
		for _, ref := range r.refs(f) {
			if ref.Name != "" && ref.Namespace != "" {
				out = append(out, ref)
			}
		}
	}
	return out
}

// says is what a tool does about the fields, in a sentence.
func says(r writeback.Reconciler) string {
	var sure, maybe []writeback.Field
	for _, f := range r.Fields {
		if f.Maybe {
			maybe = append(maybe, f)
			continue
		}
		sure = append(sure, f)
	}
	var words string
	switch {
	case len(sure) == 0:
		words = fmt.Sprintf("%s may have %s in its source, and then puts %s back %s", r.Name, which(maybe), them(maybe), r.When)
	case len(maybe) == 0:
		words = fmt.Sprintf("%s owns %s and puts %s back %s", r.Name, which(sure), them(sure), r.When)
	default:
		words = fmt.Sprintf("%s owns %s and puts %s back %s; it may have %s in its source, too",
			r.Name, which(sure), them(sure), r.When, which(maybe))
	}
	if slices.ContainsFunc(r.Fields, opens) && !r.Has(workload.FieldTemplate) {
		words += ", which opens the gate" // otherwise for the old template
	}
	return words
}

// opens reports whether what is put back lets more pods through than the run does at first.
func opens(f writeback.Field) bool {
	var value, back int
	return f.Field == workload.FieldPartition && f.Back != nil && json.Unmarshal(f.Value, &value) == nil &&
		json.Unmarshal(f.Back, &back) == nil && back < value
}

func them(fields []writeback.Field) string {
	if len(fields) == 1 {
		return "it"
	}
	return "them"
}

// which names fields: of many the first of each part of the spec, and how many there are
// besides.
func which(fields []writeback.Field) string {
	const most = 3
	var named []string
	seen := map[workload.Field]bool{}
	for _, f := range fields {
		if (!seen[f.Field] || len(fields) <= most) && len(named) < most {
			named = append(named, f.Path)
			seen[f.Field] = true
		}
	}
	rest := len(fields) - len(named)
	switch {
	case rest == 1:
		return strings.Join(named, ", ") + " and 1 more field"
	case rest > 1:
		return fmt.Sprintf("%s and %d more fields", strings.Join(named, ", "), rest)
	case len(named) > 1:
		last := len(named) - 1
		return strings.Join(named[:last], ", ") + " and " + named[last]
	}
	return strings.Join(named, ", ")
}
